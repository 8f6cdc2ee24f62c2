"""oversee logs: finds a run, prints its log unchanged or the exact bytes of a stream, and follows it to its end."""

import json
import os
import random
import signal
import unittest

from harness import OVERSEE, OverseeCase, helper, wait_until
from tagged_log import decode


class LogsCase(OverseeCase):
    def record(self, *command, **options):
        """A run, with oversee's own lines kept off the terminal; returns its id."""
        before = set(self.files())
        ended = self.oversee("--summary", "never", *command, **options)
        new = [each for each in self.files() if each.endswith(".json") and each not in before]
        self.assertEqual(len(new), 1, ended)
        return new[0].removesuffix(".json")

    def logs(self, *arguments, **options):
        return self.oversee("logs", *arguments, **options)

    def assert_printed(self, expected, *arguments):
        ended = self.logs(*arguments)
        self.assertEqual((ended.status, ended.out, ended.err), (0, expected, b""))

    def assert_refused(self, *arguments):
        """Returns the one line that names the reason."""
        ended = self.logs(*arguments)
        self.assertEqual((ended.status, ended.out), (125, b""))
        self.assertRegex(ended.err, rb"\Aoversee: [^\n]+\n\Z")
        return ended.err.decode()


    def wait_for_line(self, line):
        """Waits until a log contains the whole line of the command."""
        wait_until(lambda: any(b"| " + line + b"\n" in each.read_bytes() for each in self.records.glob("*.log")),
                   f"{line!r} is in the log")

    def pipes(self, *names):
        """Pipes at which a script waits, each once: opening one again may meet the first writer's end and not wait."""
        for name in names:
            os.mkfifo(self.work / name)

    def go_on(self, name="go"):
        """Continues the script that waits at the pipe, or soon will."""

        def open_writer():
            try:
                return os.open(self.work / name, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:  # not open for reading yet
                return None

        writer = wait_until(open_writer, f"somebody waits at {name}")
        os.write(writer, b"go\n")
        os.close(writer)


class ReadingBack(LogsCase):
    def test_the_bytes_of_each_stream_are_those_that_were_written(self):
        chance = random.Random(5)
        special = b"\n\n\r\0# |:out err\x80\xff\x1b"
        out, err = (bytes(chance.choice(special) if chance.random() < 0.7 else chance.randrange(256)
                          for _ in range(200_000)) for _ in range(2))
        run = self.record(helper("write_bytes"), "1", "777", self.file("out", out), "2", "1013", self.file("err", err))
        self.assert_printed(out, run, "--stdout")
        self.assert_printed(err, run, "--stderr")
        both = self.logs(run, "--stdout", "--stderr")
        self.assertEqual((both.status, len(both.out)), (0, len(out) + len(err)))

    def test_without_a_stream_it_is_the_log_itself(self):
        run = self.record("sh", "-c", "printf 'a\\033[1mb\\n\\0c'; echo err >&2")
        self.assert_printed(self.log(), run)
        self.assertIn(b" out: \0c\n", self.log())

    def test_both_streams_in_their_order(self):
        self.pipes("go", "on")
        run = self.start(OVERSEE, "--summary", "never", "sh", "-c", "echo 1; read _ <go; echo 2 >&2; read _ <on; echo 3")
        self.wait_for_line(b"1")
        self.go_on("go")
        self.wait_for_line(b"2")
        self.go_on("on")
        run.finish()
        self.assert_printed(b"1\n2\n3\n", "last", "--stderr", "--stdout")

    def test_an_empty_output(self):
        self.record("true")
        self.assert_printed(b"", "last", "--stdout")
        self.assert_printed(b"", "last", "--stdout", "--tail", "5")

    def test_the_last_lines(self):
        run = self.record("seq", "100000")
        self.assert_printed(b"99999\n100000\n", run, "--stdout", "--tail", "2")
        self.assert_printed(b"", run, "--stdout", "--tail=0")
        everything = b"".join(b"%d\n" % number for number in range(1, 100_001))
        self.assert_printed(everything, run, "--tail", "1000000", "--stdout")
        self.assert_printed(b"".join(self.log().splitlines(keepends=True)[-3:]), run, "--tail", "3")

    def test_a_last_line_without_its_end_is_one(self):
        self.record("printf", "a\\nb\\nc")
        self.assert_printed(b"b\nc", "last", "--stdout", "--tail", "2")

    def test_json_has_an_object_a_line(self):
        run = self.record("sh", "-c", "echo one; printf two >&2")
        lines = [json.loads(line) for line in self.logs(run, "--format", "json").out.splitlines()]
        self.assertEqual([(each["stream"], each["text"]) for each in lines if "stream" in each],
                         [("stdout", "one\n"), ("stderr", "two")])
        self.assertIn("status", [each.get("note") for each in lines])
        lines = [json.loads(line) for line in self.logs(run, "--stderr", "--format", "json").out.splitlines()]
        self.assertEqual([each["text"] for each in lines], ["two"])
        self.assertIn("xml", self.assert_refused(run, "--format", "xml"))
        self.assertIn("raw log", self.assert_refused(self.record("--log-format", "raw", "true"), "--format", "json"))

    def test_plain_has_no_escape_sequences(self):
        text = "\\033]0;title\\007\\033[31mred\\033[0m caf\\303\\251\\n\\033(Bend\\r\\n"
        self.record("printf", text)
        self.assert_printed("red café\nend\r\n".encode(), "last", "--stdout", "--plain")
        whole = self.logs("last", "--plain")
        self.assertEqual(decode(whole.out).out, "red café\nend\r\n".encode())
        self.assertNotIn(b"\x1b", whole.out)

    def test_a_log_that_is_elsewhere(self):
        self.record("--log", "build.log", "echo", "here")
        self.assert_printed(b"here\n", "last", "--stdout")
        self.oversee("--log", "build.log", "--summary", "never", "echo", "again", env={"TMPDIR": str(self.work)})
        self.assertIn("it is not that of", self.assert_refused("last"))
        (self.work / "build.log").unlink()
        self.assertIn("build.log: No such file or directory; it was removed", self.assert_refused("last"))

    def test_a_directory_of_runs_that_was_named_from_elsewhere(self):
        (self.work / "kept").mkdir()
        self.oversee("--summary", "never", "echo", "here", env={"TMPDIR": "kept"})
        ended = self.logs("last", "--stdout", env={"TMPDIR": str(self.work / "kept")}, cwd="/")
        self.assertEqual((ended.status, ended.out, ended.err), (0, b"here\n", b""))

    def test_what_the_log_leaves_out_is_told(self):
        run = self.record("--max-output", "64KiB", "sh", "-c", "seq 100000; echo whole >&2")
        omitted = decode(self.log()).note("omitted")[0]
        ended = self.logs(run, "--stdout")
        self.assertEqual((ended.status, ended.out), (0, decode(self.log()).out))
        self.assertEqual(ended.err.decode(),
                         f"oversee: warning: this is not all: the log leaves out {omitted} (--max-output)\n")
        self.assert_printed(b"whole\n", run, "--stderr")
        self.assert_printed(b"100000\n", run, "--stdout", "--tail", "1")
        self.assert_printed(self.log(), run)  # there it is at its place

    def test_what_was_spilled_is_there_again(self):
        out, err = (b"".join(b"%d\n" % number for number in range(1, last)) for last in (100_001, 20_001))
        run = self.record("--max-output", "64KiB", "--on-overflow", "spill", "sh", "-c", "seq 100000; seq 20000 >&2")
        self.assert_printed(out, run, "--stdout")
        self.assert_printed(err, run, "--stderr")
        self.assert_printed(b"99999\n100000\n", run, "--stdout", "--tail", "2")
        self.assert_printed(self.log(), run)
        spilled = self.records / f"{run}.stdout"
        os.truncate(spilled, 1000)
        ended = self.logs(run, "--stdout")
        self.assertEqual(ended.status, 0)
        self.assertTrue(out.startswith(ended.out))
        self.assertIn(b"lack %d bytes of stdout" % (len(out) - len(ended.out)), ended.err)
        spilled.unlink()
        self.assertIn(b"warning: this is not all", self.logs(run, "--stdout").err)

    def test_a_raw_log_has_no_streams(self):
        run = self.record("--log-format", "raw", "sh", "-c", "printf 'a\\033[1mb\nc'")
        self.assert_printed(b"a\033[1mb\nc", run)
        self.assert_printed(b"ab\nc", run, "--plain")
        self.assert_printed(b"c", run, "--tail", "1")
        self.assertIn("raw log", self.assert_refused(run, "--stdout"))

    def test_attempts_are_one_after_the_other_and_leave_nothing_of_oversees_own(self):
        self.record("sh", "-c", "echo '# status    completed'; echo '    0.001 err| forged'")
        self.assert_printed(b"# status    completed\n    0.001 err| forged\n", "last", "--stdout")
        self.assert_printed(b"", "last", "--stderr")


class Finding(LogsCase):
    def test_the_last_run(self):
        for text in ("one", "two", "three"):
            self.record("echo", text)
            self.assert_printed(text.encode() + b"\n", "last", "--stdout")

    def rename(self, run, other):
        """Gives a run another id, so that the test determines the ids."""
        for suffix in (".json", ".log"):
            path = self.records / (run + suffix)
            (self.records / (other + suffix)).write_bytes(path.read_bytes().replace(run.encode(), other.encode()))
            path.unlink()

    def test_by_the_beginning_of_its_id(self):
        self.rename(self.record("echo", "one"), "20251123-121659-aaaa")
        self.rename(self.record("echo", "two"), "20251123-121659-aabb")
        self.rename(self.record("echo", "three"), "20251124-121659-cccc")
        self.assert_printed(b"three\n", "20251124", "--stdout")
        self.assert_printed(b"two\n", "--stdout", "20251123-121659-aab")
        message = self.assert_refused("2025")
        self.assertIn("it may be 20251124-121659-cccc, 20251123-121659-aabb, 20251123-121659-aaaa", message)
        message = self.assert_refused("20251123-121659-aabc")
        self.assertIn("no id begins so; the nearest is 20251123-121659-aabb", message)

    def test_where_there_is_no_run(self):
        self.assertIn("none is recorded there", self.assert_refused("last"))
        self.assertEqual(list(self.tmp.iterdir()), [])  # and nothing was created

    def test_a_run_without_a_log(self):
        self.record("--no-log", "true")
        self.assertIn("--no-log", self.assert_refused("last"))

    def test_a_directory_that_is_a_link_is_refused(self):
        self.record("true")
        moved = self.directory / "moved"
        self.records.rename(moved)
        self.records.symlink_to(moved)
        ended = self.oversee("logs", "last")
        self.assertEqual((ended.status, ended.out), (125, b""))
        self.assertIn(b"link", ended.err)

    def test_a_record_that_is_empty_or_none_of_ours(self):
        run = self.record("true")
        (self.records / f"{run}.json").write_text("")
        self.assertIn("about to start", self.assert_refused(run))
        (self.records / f"{run}.json").write_text("{}")
        self.assertIn("not a summary", self.assert_refused(run))


class Words(LogsCase):
    def test_a_verb_counts_as_the_very_first_word_only(self):
        directory = self.work / "programs"
        directory.mkdir()
        self.file("programs/logs", "#!/bin/sh\necho the program \"$@\"\n", 0o755)
        path = {"PATH": f"{directory}:{os.environ['PATH']}"}
        for before in (["--"], ["--summary", "never"], ["--summary", "never", "--"]):
            with self.subTest(before=before):
                ended = self.oversee(*before, "logs", "last", env=path)
                self.assertEqual((ended.status, ended.out), (0, b"the program last\n"))
        self.assertNotIn(b"the program", self.logs("last", env=path).out.splitlines()[0])

    def test_its_help(self):
        for word in ("--help", "-h"):
            ended = self.logs(word)
            self.assertEqual((ended.status, ended.err), (0, b""))
            self.assertIn(b"--stdout", ended.out)
            self.assertLessEqual(max(map(len, ended.out.splitlines())), 80)
        self.assertRegex(self.oversee("--help").out, rb"\n  logs RUN ")

    def test_what_is_wrong_is_said_in_one_line(self):
        self.record("true")
        for arguments, expected in (
                ([], "usage: oversee logs RUN"),
                (["last", "other"], "'other' is too much"),
                (["last", "--stdot"], "no such flag: --stdot; did you mean --stdout?"),
                (["last", "-x"], "no such flag: -x; see oversee logs --help"),
                (["last", "--timeout", "5"], "no such flag: --timeout"),
                (["last", "--stdout=yes"], "--stdout takes no value"),
                (["last", "--tail="], "--tail: its value is empty"),
                (["last", "--tail"], "--tail"),
                (["last", "--tail", "many"], "--tail: cannot read 'many'; expected a number of lines"),
                (["last", "--tail", "-5"], "--tail: cannot read '-5'"),
                (["last", "--tail", "99999999999999999999"], "--tail: cannot read"),
                (["", "--stdout"], "no id begins so")):
            with self.subTest(arguments=arguments):
                self.assertIn(expected, self.assert_refused(*arguments))

    def test_an_output_that_cannot_be_written(self):
        self.record("seq", "100000")
        with open("/dev/full", "wb") as full:
            ended = self.logs("last", stdout=full)
        self.assertEqual((ended.status, ended.err), (125, b"oversee: cannot write to stdout: No space left on device\n"))

    def test_a_reader_that_goes_away_ends_it_without_a_word(self):
        self.record("seq", "200000")
        for ignored in (False, True):
            with self.subTest(ignored=ignored):
                how = (lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN)) if ignored else \
                      (lambda: signal.signal(signal.SIGPIPE, signal.SIG_DFL))
                script = f'{{ "{OVERSEE}" logs last --stdout; echo $? >status; }} | head -n1'
                ended = self.run_plain("sh", "-c", script, prepare=how)
                self.assertEqual((ended.out, ended.err), (b"1\n", b""))
                self.assertEqual((self.work / "status").read_text(), "141\n")


class Following(LogsCase):
    def live_run(self, script, *arguments):
        """A run that waits at pipes where its script reads them; returned when its first line is in the log."""
        self.pipes("go", "on")
        run = self.start(OVERSEE, "--summary", "never", *arguments, "sh", "-c", script)
        run.expect(b"one\n")
        self.wait_for_line(b"one")
        return run

    def test_it_prints_what_comes_and_ends_with_the_run(self):
        run = self.live_run("echo one; read _ <go; echo two; read _ <on; exit 3")
        follow = self.start(OVERSEE, "logs", "last", "--stdout", "-f")
        follow.expect(b"one\n")
        self.go_on()
        follow.expect(b"two\n")
        self.assertIsNone(follow.process.poll())  # the run is live
        self.go_on("on")
        self.assertEqual(run.finish().status, 3)
        ended = follow.finish()
        self.assertEqual((ended.status, ended.out, ended.err), (0, b"one\ntwo\n", b""))

    def test_the_whole_log_to_its_last_line(self):
        run = self.live_run("echo one; read _ <go; seq 100000")
        follow = self.start(OVERSEE, "logs", "last", "--follow")
        follow.expect(b"| one\n")
        self.go_on()
        run.finish()
        ended = follow.finish()
        self.assertEqual((ended.status, ended.err), (0, b""))
        self.assertEqual(ended.out, self.log())
        self.assertRegex(ended.out, rb"\n# finished [^\n]+\n\Z")

    def test_from_the_last_lines_on(self):
        run = self.live_run("echo zero; echo one; read _ <go; echo two")
        follow = self.start(OVERSEE, "logs", "last", "--stdout", "-f", "--tail", "1")
        follow.expect(b"one\n")
        self.go_on()
        run.finish()
        self.assertEqual(follow.finish().out, b"one\ntwo\n")

    def test_a_run_that_is_over_is_read_to_its_end(self):
        self.record("echo", "one")
        self.assert_printed(b"one\n", "last", "--stdout", "-f")

    def test_without_it_a_live_run_is_read_as_far_as_it_has_come(self):
        run = self.live_run("echo one; read _ <go; echo two")
        self.assert_printed(b"one\n", "last", "--stdout")
        self.go_on()
        run.finish()
        self.assert_printed(b"one\ntwo\n", "last", "--stdout")

    def test_it_ends_where_oversee_was_killed(self):
        run = self.live_run("echo one; read _ <go")
        follow = self.start(OVERSEE, "logs", "last", "--stdout", "-f")
        follow.expect(b"one\n")
        run.signal(signal.SIGKILL)
        ended = follow.finish()  # while the killed process is not reaped
        self.assertEqual((ended.status, ended.out), (0, b"one\n"))
        run.finish()
        wait_until(lambda: json.loads(self.the_only(".json").read_text())["status"] == "failed", "the guard's record")
        ended = self.logs("last", "--stdout", "-f")  # nor does it wait for a run that ended long ago
        self.assertEqual((ended.status, ended.out), (0, b"one\n"))
        self.assertIn(b"the log ends early: oversee was killed", ended.err)

    def test_it_ends_when_nobody_reads_it_any_more(self):
        run = self.live_run("echo one; read _ <go")
        reader, writer = os.pipe()
        follow = self.start(OVERSEE, "logs", "last", "--stdout", "-f", stdout=writer)
        os.close(writer)
        self.assertEqual(os.read(reader, 100), b"one\n")
        os.close(reader)
        self.assertEqual(follow.finish().status, -signal.SIGPIPE)  # even if the run is silent
        self.go_on()
        run.finish()

    def test_ctrl_c_ends_it_and_not_the_run(self):
        run = self.live_run("echo one; read _ <go; echo two")
        follow = self.start(OVERSEE, "logs", "last", "--stdout", "-f")
        follow.expect(b"one\n")
        follow.signal(signal.SIGINT)
        self.assertEqual(follow.finish().status, -signal.SIGINT)
        self.go_on()
        ended = run.finish()
        self.assertEqual((ended.status, ended.out), (0, b"one\ntwo\n"))


if __name__ == "__main__":
    unittest.main()
