"""Retries: each attempt reads the same standard input, whatever that is."""

import os
import re
import socket
import subprocess
import unittest

from counting_command import COUNTING, QUICK
from harness import OVERSEE, OverseeCase


class Input(OverseeCase):
    READS = COUNTING + "cat; [ $n = 2 ]"

    def test_a_pipe_is_given_to_each_attempt(self):
        text = b"".join(b"line %d\n" % i for i in range(50_000))
        reader, writer = os.pipe()
        run = self.start(OVERSEE, "-r", "1", *QUICK, "sh", "-c", self.READS, stdin=reader)
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
                run = self.start(OVERSEE, *options, "-r", "1", *QUICK, "sh", "-c", self.READS, stdin=theirs)
                theirs.close()
                ours.sendall(b"word\n")
                ours.shutdown(socket.SHUT_WR)
                self.assertEqual(run.finish().status, 0)
                self.assertEqual(re.findall(rb"word", run.out), [b"word"] * 2)
                ours.close()

    def test_what_comes_late_comes_through_and_is_kept(self):
        reader, writer = os.pipe()
        run = self.start(OVERSEE, "-r", "1", *QUICK, "sh", "-c", COUNTING + "read a; echo $a; read b; echo $b; [ $n = 2 ]",
                         stdin=reader)
        os.close(reader)
        os.write(writer, b"one\n")
        run.expect(b"one\n")
        os.write(writer, b"two\n")
        self.assertEqual(run.finish().out, b"one\ntwo\none\ntwo\n")
        os.close(writer)

    def test_a_command_that_does_not_read_does_not_wait_for_its_end(self):
        reader, writer = os.pipe()
        run = self.start(OVERSEE, "-r", "1", *QUICK, "false", stdin=reader)
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
        run = self.start(OVERSEE, "-r", "1", *QUICK, "sh", "-c", "wc -c; exit 1", stdin=source.stdout)
        source.stdout.close()
        ended = run.finish()
        source.wait()
        self.assertEqual(ended.status, 1)
        self.assertEqual(ended.out, b"%d\n" % (65 * 1024 * 1024))
        self.assertIn(b"not tried again: its standard input cannot be given once more", ended.err)


if __name__ == "__main__":
    unittest.main()
