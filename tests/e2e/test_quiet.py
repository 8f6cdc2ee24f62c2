"""What is shown, and when: output buffered for a failure, the status line, time stamps, the idle timeout."""

import os
import re
import signal
import unittest

from harness import OVERSEE, OverseeCase
from terminal import CTRL_C, Terminal

BOTH = "echo one; sleep 0.05; echo two >&2; sleep 0.05; echo three; exit "


class Held(OverseeCase):
    def test_success_prints_nothing(self):
        ended = self.oversee("-q", "-c", BOTH + "0")
        self.assertEqual((ended.status, ended.out, ended.err), (0, b"", b""))
        self.assertIn(b"out| three", self.log())

    def test_failure_shows_each_stream_on_its_own(self):
        ended = self.oversee("-q", "-c", BOTH + "3")
        self.assertEqual((ended.status, ended.out), (3, b"one\nthree\n"))
        self.assertRegex(ended.err, rb"^two\noversee: failed: exit 3 ")

    def test_in_its_order_where_both_are_one(self):
        ended = self.run_plain("sh", "-c", f"exec {OVERSEE} --summary never --show failure -c '{BOTH}3' 2>&1")
        self.assertEqual(ended.out, b"one\ntwo\nthree\n")

    def test_a_timeout_is_a_failure(self):
        run = self.start(OVERSEE, "-q", "-t", "1s", "sh", "-c", "echo last words; exec sleep 15")
        ended = run.finish()
        self.assertEqual((ended.status, ended.out), (124, b"last words\n"))

    def test_never_is_never(self):
        ended = self.oversee("--show", "never", "--summary", "never", "-c", BOTH + "3")
        self.assertEqual((ended.status, ended.out, ended.err), (3, b"", b""))

    def test_without_a_log_too(self):
        ended = self.oversee("-q", "--no-log", "-c", BOTH + "3")
        self.assertEqual((ended.status, ended.out), (3, b"one\nthree\n"))

    def test_much_output_comes_whole(self):
        whole = b"".join(b"%d\n" % number for number in range(1, 300_001))
        ended = self.oversee("-q", "-c", "seq 300000; exit 1")
        self.assertEqual((ended.status, ended.out), (1, whole))

    def test_more_than_the_limit_is_cut_and_said(self):
        ended = self.oversee("-q", "--max-output", "100KiB", "-c", "seq 300000; exit 1")
        self.assertEqual(ended.status, 1)
        self.assertTrue(ended.out.startswith(b"1\n2\n3\n") and ended.out.endswith(b"299999\n300000\n"))
        self.assertLess(len(ended.out), 100 * 1024)
        self.assertIn(b"of the output are left out here", ended.err)

    def test_a_reader_that_leaves_ends_it(self):
        ended = self.run_plain("bash", "-c", f"{OVERSEE} -q -c 'seq 300000; exit 1' | head -n1; echo ${{PIPESTATUS[0]}}")
        self.assertEqual(ended.out, b"1\n1\n")

    def test_quiet_and_show_contradict_each_other(self):
        ended = self.oversee("-q", "--show", "live", "true")
        self.assertEqual(ended.status, 125)
        self.assertIn(b"exclude each other", ended.err)

    def test_by_variable(self):
        ended = self.oversee("-c", BOTH + "0", env={"OVERSEE_QUIET": "1"})
        self.assertEqual((ended.out, ended.err), (b"", b""))


class StatusLine(OverseeCase):
    def at_terminal(self, *words, term="xterm"):
        return Terminal(self, OVERSEE, *words, env={"TERM": term, "NO_COLOR": "1"})  # for colours see test_colours.py

    def test_is_drawn_and_wiped_before_anything_else(self):
        fifo = self.work / "go"
        os.mkfifo(fifo)
        terminal = self.at_terminal("-q", "-t", "1m", "sh", "-c", "echo working hard; read x <go; exit 3")
        terminal.expect(rb"oversee: sh  \d+s of 1m  1 line  \| working hard\x1b\[K")
        with open(fifo, "wb"):
            pass
        self.assertEqual(terminal.finish(), 3)
        self.assertRegex(terminal.seen, rb"\r\x1b\[Kworking hard\r\noversee: failed: exit 3 after [^\r]*\r\n$")
        self.assertNotIn(b"working hard\x1b", self.log())

    def test_neither_in_a_pipe_nor_on_a_dumb_terminal(self):
        line = "echo working; sleep 0.7"
        terminal = self.at_terminal("-q", "sh", "-c", line, term="dumb")
        self.assertEqual(terminal.finish(), 0)
        self.assertEqual(terminal.seen, b"")
        ended = self.oversee("-q", "sh", "-c", line, env={"TERM": "xterm"})
        self.assertEqual(ended.err, b"")

    def test_ctrl_c_shows_no_output(self):
        terminal = self.at_terminal("-q", "sh", "-c", "echo secret work; exec sleep 15")
        terminal.expect(rb"\| secret work")
        terminal.type(CTRL_C)
        self.assertEqual(terminal.finish(), -2)
        self.assertNotIn(b"\nsecret work", terminal.seen)


class Stamps(OverseeCase):
    def test_each_shown_line_starts_with_its_time(self):
        ended = self.oversee("--timestamps", "-c", "echo one; echo two >&2; printf three")
        self.assertRegex(ended.out, rb"^ +0\.\d{3} one\n +\d\.\d{3} three$")
        self.assertRegex(ended.err, rb"(?m)^ +0\.\d{3} two$")
        self.assertIn(b"out| one\n", self.log())


class Silence(OverseeCase):
    def test_ends_the_command(self):
        run = self.start(OVERSEE, "-i", "300ms", "sh", "-c", "echo hi; sleep 15 & wait")
        ended = run.finish()
        self.assertEqual((ended.status, ended.out), (124, b"hi\n"))
        self.assertRegex(ended.err, rb"timed out after .*, silent for 3\d\dms")
        self.assert_summary(status="timed_out", reason="idle_timeout")
        self.assert_nothing_left(run)

    def test_control_who_writes_lives(self):
        ended = self.oversee("-i", "5s", "sh", "-c", "for i in 1 2 3 4; do echo $i; sleep 0.1; done")
        self.assertEqual(ended.status, 0)

    def test_either_stream_counts_and_no_newline_is_needed(self):
        ended = self.oversee("-i", "2s", "sh", "-c", "for i in 1 2 3 4 5 6 7 8; do printf . >&2; sleep 0.4; done")
        self.assertEqual(ended.status, 0)

    def test_what_waited_while_oversee_itself_was_stopped_counts(self):
        run = self.start(OVERSEE, "-i", "1s", "sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10; do echo $i; sleep 0.3; done")
        run.expect(b"1\n")
        run.signal(signal.SIGSTOP)
        self.assertTrue(run.anything_left(within=2.2))
        run.signal(signal.SIGCONT)
        self.assertEqual(run.finish().status, 0)

    def test_also_without_a_log(self):
        self.assertEqual(self.oversee("--no-log", "-i", "200ms", "sleep", "15").status, 124)

    def test_it_stands_still_while_our_reader_holds_us_up(self):
        # The reader is idle for far longer than the limit; the command writes as fast as it can.
        reader, writer = os.pipe()
        run = self.start(OVERSEE, "-i", "1s", "sh", "-c", "head -c 8000000 /dev/zero; echo done >&2", stdout=writer)
        os.close(writer)
        self.assertFalse(run.anything_left(within=2.5) is False, "it ended although nobody read")
        total = 0
        while data := os.read(reader, 1 << 20):
            total += len(data)
        os.close(reader)
        ended = run.finish()
        self.assertEqual((ended.status, total), (0, 8_000_000))
        self.assertIn(b"done\n", ended.err)


class Notices(OverseeCase):
    def test_a_heartbeat_while_it_is_silent(self):
        run = self.start(OVERSEE, "--heartbeat", "100ms", "--name", "job", "sleep", "15")
        run.expect_match(rb"oversee: job still runs after \d+ms, silent for \d+ms\n(.|\n)*oversee: job still", "err")
        run.signal(15)
        run.finish()

    def test_slow_is_a_warning_and_in_the_log(self):
        run = self.start(OVERSEE, "--slow-after", "100ms", "--name", "job", "sleep", "15")
        run.expect_match(rb"oversee: warning: slow: job still runs after \d+ms", "err")
        run.signal(15)
        run.finish()
        self.assertRegex(self.log(), rb"(?m)^# slow      still runs after ")

    def test_in_ci_a_heartbeat_is_built_in_and_can_be_turned_off(self):
        listing = self.oversee("--heartbeat", "none", "true", env={"CI": "true"})
        self.assertEqual(listing.status, 0)
        bad = self.oversee("true", env={"CI": "true", "OVERSEE_HEARTBEAT": "often"})
        self.assertEqual(bad.status, 125)
        self.assertTrue(re.search(rb"OVERSEE_HEARTBEAT: cannot read 'often'", bad.err))


if __name__ == "__main__":
    unittest.main()
