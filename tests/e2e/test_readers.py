"""Readers of the output: one that is slow, one that exits, one that is full."""

import os
import signal
import time
import unittest

from harness import OVERSEE, OverseeCase, command_line, nearly_full_pipe, wait_until


# How long a slow reader is waited for after a stop, in seconds (run/supervisor.cpp).
READER_BOUND = 5

# Maximum resident memory of oversee with a stalled reader, in KiB: its buffers take a few MiB, with a sanitizer more.
MEMORY_BUDGET = (12 if "SANITIZED" not in os.environ else 128) * 1024


def default_pipe():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def ignore_pipe():
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)


class Leaves(OverseeCase):
    """The reader exits while the command writes."""

    def status_of_left_writer(self, prepare, *words):
        """The status of a writer whose reader exits after one line, and that line."""
        reader, writer = os.pipe()
        run = self.start(*words, stdout=writer, prepare=prepare)
        os.close(writer)
        with open(reader, "rb") as pipe:
            line = pipe.readline()
        ended = run.finish()
        self.assert_nothing_left(run)
        return ended.status, line

    def assert_as_plain(self, prepare, expected, *words):
        self.assertEqual(self.status_of_left_writer(prepare, *words), expected, "the command alone")
        self.assertEqual(self.status_of_left_writer(prepare, OVERSEE, *words), expected)

    def test_the_command_dies_of_pipe_and_so_does_oversee(self):
        self.assert_as_plain(default_pipe, (-signal.SIGPIPE, b"y\n"), "yes")

    def test_where_pipe_is_ignored_the_command_meets_an_error(self):
        self.assert_as_plain(ignore_pipe, (1, b"y\n"), "yes")

    def test_in_a_shells_pipeline(self):
        for line, expected in (("yes | head -1; echo ${PIPESTATUS[0]}", b"y\n141\n"),
                               ("trap '' PIPE; yes | head -1; echo ${PIPESTATUS[0]}", b"y\n1\n")):
            for prefix in ("", OVERSEE + " "):
                with self.subTest(line=line, prefix=prefix):
                    ended = self.run_plain("bash", "-c", line.replace("yes", prefix + "yes"))
                    self.assertEqual(ended.out, expected)

    def test_without_a_log_too(self):
        found = self.status_of_left_writer(default_pipe, OVERSEE, "--no-log", "yes")
        self.assertEqual(found, (-signal.SIGPIPE, b"y\n"))

    def test_a_command_that_does_not_mind_ends_as_it_likes(self):
        words = ("bash", "-c", "trap '' PIPE; echo y; while echo y; do :; done 2>/dev/null; exit 5")
        self.assert_as_plain(default_pipe, (5, b"y\n"), *words)

    def test_the_other_stream_goes_on(self):
        reader, writer = os.pipe()
        line = "trap '' PIPE; while echo y; do :; done 2>/dev/null; echo still here >&2; exit 5"
        run = self.start(OVERSEE, "--summary", "never", "bash", "-c", line, stdout=writer)
        os.close(writer)
        os.close(reader)
        ended = run.finish()
        self.assertEqual((ended.status, ended.err), (5, b"still here\n"))

    def test_a_reader_that_was_never_there(self):
        reader, writer = os.pipe()
        os.close(reader)
        for words in (["true"], ["sh", "-c", "exit 3"]):
            with self.subTest(words=words):
                plain = self.start(*words, stdout=writer).finish()
                self.assertEqual(self.start(OVERSEE, *words, stdout=writer).finish().status, plain.status)
        os.close(writer)

    def test_stderr_that_nobody_reads_costs_the_summary_line_only(self):
        reader, writer = os.pipe()
        os.close(reader)
        ended = self.oversee("sh", "-c", "echo out; exit 3", stderr=writer)
        os.close(writer)
        self.assertEqual((ended.status, ended.out), (3, b"out\n"))
        self.assert_summary(exit_status=3)


class Full(OverseeCase):
    """Output that cannot be written."""

    def test_a_success_becomes_a_failure(self):
        with open("/dev/full", "wb") as full:
            ended = self.oversee("echo", "lost", stdout=full)
        self.assertEqual(ended.status, 125)
        self.assert_summary(status="failed", reason="output_error", exit_code=0, exit_status=125)

    def test_a_failure_stays_what_it_was(self):
        with open("/dev/full", "wb") as full:
            ended = self.oversee("sh", "-c", "echo lost; exit 3", stdout=full)
        self.assertEqual(ended.status, 3)

    def test_a_command_that_writes_nothing_succeeds(self):
        with open("/dev/full", "wb") as full:
            self.assertEqual(self.oversee("true", stdout=full).status, 0)

    def test_the_command_is_not_stopped_by_it(self):
        with open("/dev/full", "wb") as full:
            ended = self.oversee("--summary", "never", "sh", "-c", "seq 100000; echo end >&2", stdout=full)
        self.assertEqual(ended.status, 125)
        warning, end = ended.err.decode().splitlines()
        self.assertEqual(end, "end")
        self.assertIn("stdout: No space left on device", warning)
        self.assertEqual(self.summary()["attempts"][0]["stdout"]["lines"], 100000)

    def test_a_file_that_may_not_grow(self):
        with open(self.work / "target", "wb") as target:
            line = f"ulimit -f 64; exec {OVERSEE} sh -c 'seq 100000; exit 0'"
            ended = self.run_plain("bash", "-c", line, stdout=target)
        self.assertEqual(ended.status, 125)
        self.assertEqual((self.work / "target").stat().st_size, 64 * 1024)


class Slow(OverseeCase):
    """The reader is slow: deadlines hold, and no byte is lost."""

    def writer_pid(self, run):
        """The pid of `yes`, once it runs."""
        return wait_until(lambda: next((pid for pid in self.survivors() if command_line(pid) == ["yes"]), None), "yes")

    def start_stalled(self, *arguments):
        """A run of yes with output that is not read."""
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        run = self.start(OVERSEE, *arguments, "yes", stdout=writer)
        os.close(writer)
        return run, reader

    def test_the_command_is_stopped_on_time_while_the_reader_sleeps(self):
        run, reader = self.start_stalled("-t", "500ms")
        wait_until(self.stopping, "a stop")
        wait_until(lambda: not any(command_line(pid) == ["yes"] for pid in self.survivors()), "the command's end")
        self.assertIsNone(run.process.poll(), "what was written is still to be read")
        count = 0
        while data := os.read(reader, 1 << 16):
            count += len(data)
        self.assertEqual(run.finish().status, 124)
        summary = self.assert_summary(status="timed_out", reason="timeout", signal="TERM")
        self.assertEqual(summary["attempts"][0]["stdout"]["bytes"], count)
        self.assertLess(summary["attempts"][0]["duration_ms"], 5000)
        self.assert_nothing_left(run)

    def stopping(self):
        logs = [each for each in self.files() if each.endswith(".log")]
        return logs and b"\n# stopping " in self.log()

    def test_a_reader_that_never_reads_does_not_hold_oversee_for_ever(self):
        run, _ = self.start_stalled("-t", "200ms")
        self.assertEqual(run.finish().status, 124)
        self.assertLess(self.summary()["attempts"][0]["duration_ms"], 5000, "the command was stopped on time")
        self.assert_nothing_left(run)

    def test_cancels_do_not_wait_for_a_reader(self):
        """One cancel ends the command; another ends the wait for the reader, whose start is not visible from outside."""
        run, _ = self.start_stalled()
        self.writer_pid(run)
        run.signal(signal.SIGTERM)
        wait_until(lambda: not any(command_line(pid) == ["yes"] for pid in self.survivors()), "the command's end")
        begin = time.monotonic()
        while run.process.poll() is None and time.monotonic() - begin < READER_BOUND:
            run.signal(signal.SIGTERM)
            run.anything_left(within=0.5)
        ended = run.finish()
        self.assertEqual(ended.status, -signal.SIGTERM)
        self.assertLess(time.monotonic() - begin, READER_BOUND - 1, "not the time that a slow reader is given else")
        self.assert_nothing_left(run)

    def test_one_cancel_is_enough(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number):
                run, _ = self.start_stalled()
                self.writer_pid(run)
                run.signal(number)
                ended = run.finish(within=READER_BOUND + 5)
                self.assertEqual(ended.status, -number)
                self.assert_nothing_left(run)

    def test_a_command_that_ended_waits_for_its_output_to_be_read(self):
        reader, writer, held = nearly_full_pipe(1 << 16)
        run = self.start(OVERSEE, "sh", "-c", "yes | head -c 300000; echo end >&2", stdout=writer)
        os.close(writer)
        run.expect(b"end\n", "err")
        self.assertIsNone(run.process.poll())
        with open(reader, "rb") as pipe:
            self.assertEqual(len(pipe.read()) - len(held), 300000)
        self.assertEqual(run.finish().status, 0)

    def test_a_slow_reader_of_one_stream_does_not_hold_the_other(self):
        reader, writer, held = nearly_full_pipe(1 << 16)
        run = self.start(OVERSEE, "sh", "-c", "yes | head -c 400000; echo end >&2; exit 3", stdout=writer)
        os.close(writer)
        run.expect(b"end\n", "err")
        with open(reader, "rb") as pipe:
            self.assertEqual(len(pipe.read()) - len(held), 400000)
        self.assertEqual(run.finish().status, 3)

    def test_memory_does_not_grow_with_what_is_not_read(self):
        run, reader = self.start_stalled()
        self.writer_pid(run)
        log = self.the_only(".log")
        sizes = []

        def quiet():
            sizes.append(log.stat().st_size)
            return len(sizes) > 100 and sizes[-1] == sizes[-100] > 0

        wait_until(quiet, "the writer held up")
        with open(f"/proc/{run.pid}/status") as status:
            resident = int(next(line for line in status if line.startswith("VmRSS:")).split()[1])
        self.assertLess(resident, MEMORY_BUDGET, "KiB")
        run.signal(signal.SIGTERM)
        while os.read(reader, 1 << 16):
            pass
        run.finish()


@unittest.skipUnless("FAILING_READS" in os.environ, "libuv is a library of its own here")
class Unreadable(OverseeCase):
    """The command's output cannot be read; the error is injected, because a pipe never fails so by itself."""

    LINE = "seq 1000; echo on stderr >&2; exec sleep 99"

    def start_failing(self, after, line):
        return self.start(os.environ["FAILING_READS"], "sh", "-c", line,
                          env={"TEST_OUTPUT_FAILS_AFTER": after})

    def test_the_run_is_stopped_and_has_failed(self):
        run = self.start_failing("100", self.LINE)
        self.assertEqual(run.finish().status, 123)
        self.assert_summary(status="failed", reason="io", exit_status=123)
        self.assert_nothing_left(run)

    def test_what_was_read_before_is_kept(self):
        run = self.start_failing("100", self.LINE)
        ended = run.finish()
        self.assertTrue(ended.out.startswith(b"1\n2\n3\n"))
        self.assertIn(b"out| 1\n", self.log())

    def test_a_command_that_exits_0_has_failed_too(self):
        run = self.start_failing("0", "trap '' TERM PIPE; seq 1000 2>/dev/null; exit 0")
        self.assertEqual(run.finish().status, 123)
        self.assert_summary(status="failed", reason="io", exit_code=0)

    def test_control_without_the_fault_it_completes(self):
        ended = self.start_failing("1000000", "seq 1000").finish()
        self.assertEqual((ended.status, len(ended.out)), (0, 3893))
        self.assert_summary(status="completed", reason="exit")


if __name__ == "__main__":
    unittest.main()
