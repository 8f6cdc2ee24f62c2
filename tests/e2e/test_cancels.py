"""Cancels: each signal is forwarded immediately, and a signal before the verdict cancels the run, however late."""

import json
import os
import signal
import subprocess
import unittest

from harness import OVERSEE, OverseeCase, children, command_line, guard_of, helper, nearly_full_pipe, wait_until
from terminal import CTRL_C, Terminal


class Cancelled(OverseeCase):
    """Each cancel signal is forwarded immediately; only the same signal in quick succession climbs the ladder."""

    TOLD = (helper("report_signals"), signal.SIGTERM.value, 0)

    def assert_told(self, run, *numbers):
        ended = run.finish()
        self.assertEqual(ended.status, -numbers[0])
        self.assertEqual(ended.out, b"ready\n" + b"".join(b"%d\n" % each for each in numbers))
        summary = self.assert_summary(status="cancelled", exit_code=0)
        self.assertFalse(summary["attempts"][0]["forced"])
        self.assertEqual(summary["attempts"][0]["cancelled_by"]["signal"], signal.Signals(numbers[0]).name[3:])
        self.assert_nothing_left(run)

    def test_a_command_that_survives_int_is_told_of_term(self):
        run = self.start(OVERSEE, "-k", "50s", *self.TOLD)
        run.expect(b"ready\n")
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
            run.signal(number)
            run.expect(b"%d\n" % number)
        self.assert_told(run, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)

    def test_all_of_the_tree_is_told(self):
        words = f"{helper('report_signals')} {signal.SIGTERM.value} 0"
        run = self.start(OVERSEE, "-k", "50s", "sh", "-c", f"trap '' INT TERM; setsid {words} & wait")
        run.expect(b"ready\n")
        run.signal(signal.SIGINT)
        run.expect(b"2\n")
        run.signal(signal.SIGTERM)
        self.assert_told(run, signal.SIGINT, signal.SIGTERM)

    def test_the_grace_counts_from_the_first(self):
        run = self.start(OVERSEE, "-k", "3s", "--json", "json", helper("report_signals"))
        run.expect(b"ready\n")
        run.signal(signal.SIGINT)
        run.expect(b"2\n")
        subprocess.run(["sleep", "2"], check=True)
        run.signal(signal.SIGTERM)
        run.expect(b"15\n")
        ended = run.finish()
        self.assertEqual(ended.status, -signal.SIGINT)
        summary = self.assert_summary(status="cancelled", signal="KILL")
        self.assertLess(summary["attempts"][0]["duration_ms"], 4900, "KILL 3 s after the first, not the second")

    def test_during_a_timeouts_grace(self):
        run = self.start(OVERSEE, "-t", "300ms", "-s", "INT", "-k", "50s", *self.TOLD)
        run.expect(b"2\n")
        run.signal(signal.SIGTERM)
        ended = run.finish()
        self.assertEqual((ended.status, ended.out), (124, b"ready\n2\n15\n"))

    def test_that_reach_the_guard(self):
        # The signals of a command's own kill $PPID; both wait while the guard is stopped.
        run = self.start(OVERSEE, "-k", "50s", *self.TOLD)
        run.expect(b"ready\n")
        guard = guard_of(run.pid)
        for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT):
            os.kill(guard, number)
        self.assert_told(run, signal.SIGINT, signal.SIGTERM)

    def test_at_a_terminal_after_a_key(self):
        for options in ((), ("--pty",)):
            with self.subTest(options=options):
                terminal = Terminal(self, OVERSEE, *options, "-k", "50s", "--json", "json", *self.TOLD)
                terminal.expect(rb"ready\r\n")
                terminal.type(CTRL_C)
                terminal.expect(rb"(?<!\d)2\r\n")
                os.kill(terminal.pid, signal.SIGTERM)
                terminal.expect(rb"(?<!\d)15\r\n")
                self.assertEqual(terminal.finish(), -signal.SIGTERM)

    def test_control_the_same_twice_climbs(self):
        run = self.start(OVERSEE, "-k", "50s", helper("report_signals"))
        run.expect(b"ready\n")
        run.signal(signal.SIGINT)
        run.expect(b"2\n")
        run.signal(signal.SIGINT)
        self.assertEqual(run.finish().status, -signal.SIGINT)
        self.assert_summary(status="cancelled", signal="KILL")


class AtTheEnd(OverseeCase):
    """Between the command's exit and the verdict oversee still waits for something, and the signal ends that wait."""

    # It holds no stream and ends by TERM; a shell lets its background jobs ignore INT and QUIT.
    DAEMON = "setsid sleep 55 >/dev/null 2>&1 & echo on; "

    def await_daemon(self, run):
        """Waits until the leader has exited."""
        run.expect(b"on\n")

        def alone():
            below = children(guard_of(run.pid) or 0)
            return len(below) == 1 and command_line(below[0])[:1] == ["sleep"]

        wait_until(alone, "nobody but the daemon")

    def assert_cancelled(self, run, number, **expected):
        ended = run.finish()
        self.assertEqual(ended.status, -number, ended.err)
        self.assert_nothing_left(run)
        summary = json.loads((self.work / "json").read_text())
        self.assertEqual((summary["status"], summary["exit_status"]), ("cancelled", 128 + number))
        (attempt,) = summary["attempts"]  # no other attempt followed
        self.assertEqual({key: attempt[key] for key in expected}, expected)
        self.assertEqual(attempt["cancelled_by"]["signal"], signal.Signals(number).name[3:])

    def test_while_what_is_left_has_time(self):
        for more in ((), ("-r", "3", "-d", "0"), ("--leaks", "fail"), ("--leaks", "report"), ("--no-log",),
                     ("--kill", "leader"), ("--kill", "group")):
            for code, number in ((1, signal.SIGTERM), (0, signal.SIGTERM), (1, signal.SIGINT), (0, signal.SIGQUIT)):
                with self.subTest(more=more, code=code, signal=number):
                    run = self.start(OVERSEE, "--leak-timeout", "50s", "-k", "100ms", *more, "--json", "json", "sh", "-c",
                                     f"{self.DAEMON} exit {code}")
                    self.await_daemon(run)
                    run.signal(number)
                    self.assert_cancelled(run, number, exit_code=code)

    def test_what_is_left_can_clean_up(self):
        work = "trap 'echo saved; exit 0' TERM; echo on; while :; do sleep .1; done"
        run = self.start(OVERSEE, "--leak-timeout", "none", "--json", "json", "sh", "-c", f'setsid sh -c "{work}" & exit 1')
        run.expect(b"on\n")
        guard = guard_of(run.pid)
        wait_until(lambda: [command_line(each)[:2] for each in children(guard)] == [["sh", "-c"]], "the leader's end")
        run.signal(signal.SIGTERM)
        run.expect(b"on\nsaved\n")
        self.assert_cancelled(run, signal.SIGTERM, exit_code=1)

    def test_while_a_reader_is_waited_for(self):
        for code in (0, 3):
            for more in ((), ("-r", "3", "-d", "0")):
                with self.subTest(code=code, more=more):
                    reader, writer, _ = nearly_full_pipe(4096)
                    self.addCleanup(os.close, reader)
                    run = self.start(OVERSEE, "--json", "json", *more, "sh", "-c",
                                     f"head -c 20000 /dev/zero; touch done; exit {0 if more else code}", stdout=writer)
                    os.close(writer)
                    wait_until((self.work / "done").exists, "the command's last step")
                    wait_until(lambda run=run: not children(guard_of(run.pid) or 0), "its end")
                    run.signal(signal.SIGTERM)
                    self.assert_cancelled(run, signal.SIGTERM)
                    (self.work / "done").unlink()

    def test_at_a_terminal_by_a_key(self):
        terminal = Terminal(self, OVERSEE, "-k", "1s", "--leak-timeout", "50s", "-r", "3", "-d", "0", "--json", "json",
                            "sh", "-c", f"{self.DAEMON} exit 1")
        terminal.expect(rb"on\r\n")
        wait_until(lambda: [command_line(each)[:1] for each in children(guard_of(terminal.pid) or 0)] == [["sleep"]],
                   "nobody but the daemon")
        terminal.type(CTRL_C)
        self.assertEqual(terminal.finish(), -signal.SIGINT)
        self.assertEqual(json.loads((self.work / "json").read_text())["status"], "cancelled")

    def test_a_cancel_in_a_timeouts_grace_keeps_the_next_attempt_from_beginning(self):
        run = self.start(OVERSEE, "-t", "300ms", "-s", "INT", "-k", "50s", "-r", "3", "-d", "0", *Cancelled.TOLD)
        run.expect(b"2\n")
        run.signal(signal.SIGTERM)
        ended = run.finish()
        self.assertEqual((ended.status, ended.out), (-signal.SIGTERM, b"ready\n2\n15\n"))
        self.assertRegex(ended.err.decode(), r"cancelled by TERM sent by pid \d+ before attempt 2 \(attempt 1: timeout\)")

    def test_at_any_time_of_a_retried_command_with_a_background_child(self):
        """A few different times; more than a hundred are tested by hand (docs/reliability.md)."""
        rounds = int(os.environ.get("OVERSEE_CANCEL_ROUNDS", "12"))
        for number in range(rounds):
            run = self.start(OVERSEE, "--leak-timeout", "400ms", "-r", "30", "-d", "50ms", "--json", "json", "sh", "-c",
                             "setsid sleep 55 & echo on; sleep 0.05; exit 1")
            run.expect(b"on\n")
            subprocess.run(["sleep", f"{(number * 0.618) % 1:.3f}"], check=True)
            run.signal(signal.SIGTERM)
            self.assertEqual(run.finish().status, -signal.SIGTERM)
            self.assertEqual(json.loads((self.work / "json").read_text())["status"], "cancelled")
            self.assert_nothing_left(run)

    def test_control_without_a_cancel_the_commands_result_stands(self):
        ended = self.oversee("--leak-timeout", "100ms", "sh", "-c", f"{self.DAEMON} exit 1")
        self.assertEqual(ended.status, 1)


if __name__ == "__main__":
    unittest.main()
