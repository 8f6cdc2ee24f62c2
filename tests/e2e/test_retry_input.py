"""Retries: only the command reads the caller's standard input, and a retry gets it only if it is complete."""

import fcntl
import os
import re
import signal
import socket
import struct
import subprocess
import termios
import time
import unittest

from counting_command import COUNTING, QUICK
from harness import OVERSEE, OverseeCase

REPLAY = ("--stdin", "replay")
READ = b"standard input was read, and cannot be given once more"


def readable_bytes(fd):
    return struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, bytes(4)))[0]


def piped(given):
    """A pipe with this contents and then end of file."""
    reader, writer = os.pipe()
    os.write(writer, given)
    os.close(writer)
    return os.fdopen(reader, "rb")


class Unread(OverseeCase):
    """Input that the command does not read remains for the caller."""

    def test_a_script_on_standard_input_goes_on_behind_it(self):
        for how, options in (("flag", "-r 1"), ("pty", "-r 1 --pty"), ("pty alone", "--pty"), ("file", "")):
            if how == "file":
                self.file("oversee.toml", "[defaults]\nretries = 1\n")
            for command in ("true", "false"):
                with self.subTest(how=how, command=command):
                    script = f"echo one\n{OVERSEE} {options} -d 0 --summary never -- {command}\necho two\n"
                    ended = self.run_plain("bash", stdin=piped(script.encode()))
                    self.assertEqual(ended.out, b"one\ntwo\n")
        ended = self.run_plain("bash", stdin=piped(f"{OVERSEE} --summary never -- true\necho two\n".encode()),
                               env={"OVERSEE_RETRIES": "1"})
        self.assertEqual(ended.out, b"two\n", "from the variable")

    def test_a_loop_that_reads_its_list_from_standard_input(self):
        deploy = 'echo "$1" >>deployed; [ "$(grep -c "$1" deployed)" = 2 ]'
        for options in ("", "--pty"):
            with self.subTest(options=options):
                (self.work / "deployed").unlink(missing_ok=True)
                loop = f"while read h; do {OVERSEE} {options} -r 1 -d 0 -- sh -c '{deploy}' sh $h || echo failed; done"
                ended = self.run_plain("sh", "-c", f"printf 'a\\nb\\nc\\n' | {loop}")
                self.assertEqual(ended.out, b"")
                self.assertEqual((self.work / "deployed").read_text().split(), ["a", "a", "b", "b", "c", "c"])

    def test_the_rest_behind_a_command_that_reads_some_of_it(self):
        for words in (["-r", "1"], ["-r", "1", "--pty"], ["--pty"]):
            with self.subTest(words=words):
                line = " ".join((OVERSEE, "--summary", "never", *words, "--", "sh", "-c", "'read x; echo got $x'"))
                ended = self.run_plain("sh", "-c", f"{line}; {line}; read y; echo rest $y; cat",
                                       stdin=piped(b"one\ntwo\nthree\nfour\n"))
                self.assertEqual(ended.out.replace(b"\r", b""), b"got one\ngot two\nrest three\nfour\n")

    def test_hooks_never_get_it(self):
        hook = "cat >>hook; echo ran >>hook"
        ended = self.oversee("-r", "1", *QUICK, "--before-retry", hook, "--on-timeout", hook, "-t", "500ms",
                             "sh", "-c", COUNTING + "[ $n = 2 ] && exec cat; exec sleep 99", stdin=piped(b"for the command\n"))
        self.assertEqual(ended.out, b"for the command\n")
        self.assertEqual((self.work / "hook").read_bytes(), b"ran\nran\n")


    def test_a_reader_that_takes_much_leaves_the_rest(self):
        lines = [b"line %d of them\n" % each for each in range(20_000)]
        path = self.file("lines", b"".join(lines))
        for source in ("<lines", "pipe"):
            with self.subTest(source=source):
                line = f"{OVERSEE} --pty --summary never -- sh -c 'head -n 500 >taken'; cat >rest"
                redirected = f"{{ {line}; }} <lines" if source == "<lines" else f"cat lines | {{ {line}; }}"
                self.run_plain("sh", "-c", redirected)
                self.assertEqual((self.work / "taken").read_bytes(), b"".join(lines[:500]))
                self.assertEqual((self.work / "rest").read_bytes(), b"".join(lines[500:]))
        self.assertEqual(path.read_bytes(), b"".join(lines))

    def test_a_line_longer_than_a_terminals_is_given_whole(self):
        text = b"x" * 10_000 + b"\nand\n"
        self.oversee("--pty", "sh", "-c", "cat >copy", stdin=piped(text))
        self.assertEqual((self.work / "copy").read_bytes(), text)

    def left_by(self, run, reader):
        """What a pipe still contains after a command that reads nothing has run for a while."""
        run.expect(b"begun")
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline and readable_bytes(reader) > 0:
            time.sleep(0.01)
        left = readable_bytes(reader)
        run.signal(signal.SIGTERM)
        run.finish()
        return left

    def test_control_without_waiting_for_a_reader_the_input_is_lost(self):
        command = ("--pty", "sh", "-c", "echo begun; exec sleep 99")
        for without in (False, True):
            with self.subTest(without=without):
                reader, writer = os.pipe()
                os.write(writer, b"for the caller\n")
                start = self.start_without if without else self.start
                run = start(*(["input-is-awaited"] if without else [OVERSEE]), *command, stdin=reader)
                self.assertEqual(self.left_by(run, reader), 0 if without else 15)
                os.close(reader)
                os.close(writer)


class NotKept(OverseeCase):
    """A retry never gets half of the input."""

    def test_a_pipe_or_socket_that_was_read_is_not_tried_again(self):
        for given in (b"one\ntwo\n", b"one\n"):
            for options in ((), ("--pty",)):
                with self.subTest(given=given, options=options):
                    ours, theirs = socket.socketpair()
                    reader, writer = os.pipe()
                    for stdin, end in ((theirs, ours.fileno()), (reader, writer)):
                        (self.work / "count").unlink(missing_ok=True)
                        os.write(end, given)
                        run = self.start(OVERSEE, *options, "-r", "3", *QUICK, "sh", "-c", COUNTING + "read x; exit 4",
                                         stdin=stdin)
                        ended = run.finish()
                        self.assertEqual(ended.status, 4)
                        self.assertIn(READ, ended.err + ended.out)
                        self.assertEqual((self.work / "count").read_text(), "1\n")
                    ours.close()
                    theirs.close()
                    os.close(reader)
                    os.close(writer)

    def test_what_the_first_attempt_left_alone_is_the_seconds(self):
        ended = self.oversee("-r", "2", *QUICK, "sh", "-c", COUNTING + "[ $n = 2 ] && exec cat; exit 1", stdin=piped(b"whole\n"))
        self.assertEqual((ended.status, ended.out), (0, b"whole\n"))

    def test_an_end_of_file_is_given_to_each(self):
        for options in ((), ("--pty",)):
            with self.subTest(options=options):
                (self.work / "count").unlink(missing_ok=True)
                ended = self.oversee(*options, "-r", "1", *QUICK, "sh", "-c", COUNTING + "cat; [ $n = 2 ]", stdin=piped(b""))
                self.assertEqual(ended.status, 0)


class Replayed(OverseeCase):
    READS = COUNTING + "cat; [ $n = 2 ]"

    def test_a_detached_run_has_none_to_keep(self):
        ended = self.oversee("--detach", *REPLAY, "true")
        self.assertEqual(ended.status, 125)
        self.assertIn(b"--stdin: a detached run has no standard input", ended.err)

    def test_from_a_variable_and_from_a_file(self):
        for env in ({"OVERSEE_STDIN": "replay"}, {}):
            with self.subTest(env=env):
                (self.work / "count").unlink(missing_ok=True)
                if not env:
                    self.file("replay.toml", '[defaults]\nstdin = "replay"\n')
                config = () if env else ("--config", "replay.toml")
                ended = self.oversee(*config, "-r", "1", *QUICK, "sh", "-c", self.READS, stdin=piped(b"text\n"), env=env)
                self.assertEqual((ended.status, ended.out), (0, b"text\ntext\n"))

    def test_a_pipe_is_given_to_each_attempt(self):
        text = b"".join(b"line %d\n" % i for i in range(50_000))
        reader, writer = os.pipe()
        run = self.start(OVERSEE, *REPLAY, "-r", "1", *QUICK, "sh", "-c", self.READS, stdin=reader)
        os.close(reader)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(text)
        ended = run.finish()
        self.assertEqual(ended.status, 0)
        self.assertTrue(ended.out == text * 2)

    def test_a_socket_and_a_pty_of_the_commands(self):
        for options in ((), ("--pty",)):
            with self.subTest(options=options):
                (self.work / "count").unlink(missing_ok=True)
                ours, theirs = socket.socketpair()
                run = self.start(OVERSEE, *options, *REPLAY, "-r", "1", *QUICK, "sh", "-c", self.READS, stdin=theirs)
                theirs.close()
                ours.sendall(b"word\n")
                ours.shutdown(socket.SHUT_WR)
                self.assertEqual(run.finish().status, 0)
                self.assertEqual(re.findall(rb"word", run.out), [b"word"] * 2)
                ours.close()

    def test_what_comes_late_comes_through_and_is_kept(self):
        reader, writer = os.pipe()
        run = self.start(OVERSEE, *REPLAY, "-r", "1", *QUICK, "sh", "-c", COUNTING + "read a; echo $a; read b; echo $b; [ $n = 2 ]",
                         stdin=reader)
        os.close(reader)
        os.write(writer, b"one\n")
        run.expect(b"one\n")
        os.write(writer, b"two\n")
        self.assertEqual(run.finish().out, b"one\ntwo\none\ntwo\n")
        os.close(writer)

    def test_a_command_that_does_not_read_does_not_wait_for_its_end(self):
        reader, writer = os.pipe()
        run = self.start(OVERSEE, *REPLAY, "-r", "1", *QUICK, "false", stdin=reader)
        os.close(reader)
        self.assertEqual(run.finish().status, 1)
        self.assertEqual(len(self.summary()["attempts"]), 2)
        os.close(writer)

    def test_a_file_is_read_from_where_its_reading_began(self):
        path = self.file("input", "skipped\nrest\n")
        with path.open("rb") as file:
            os.lseek(file.fileno(), len("skipped\n"), os.SEEK_SET)
            ended = self.oversee("-r", "1", *QUICK, "sh", "-c", self.READS, stdin=file)
        self.assertEqual(ended.out, b"rest\nrest\n")

    def test_a_file_that_is_named(self):
        self.file("input", "text\n")
        self.assertEqual(self.oversee("-r", "1", *QUICK, "--stdin", "input", "sh", "-c", self.READS).out, b"text\ntext\n")

    def test_more_than_is_kept_comes_through_and_is_not_tried_again(self):
        source = subprocess.Popen(["head", "-c", str(65 * 1024 * 1024), "/dev/zero"], stdout=subprocess.PIPE)
        run = self.start(OVERSEE, *REPLAY, "-r", "1", *QUICK, "sh", "-c", "wc -c; exit 1", stdin=source.stdout)
        source.stdout.close()
        ended = run.finish()
        source.wait()
        self.assertEqual(ended.status, 1)
        self.assertEqual(ended.out, b"%d\n" % (65 * 1024 * 1024))
        self.assertIn(b"not tried again: its standard input cannot be given once more", ended.err)


if __name__ == "__main__":
    unittest.main()
