"""Signals to oversee: which are forwarded, those during the start, stops from outside, and status requests."""

import os
import resource
import signal
import subprocess
import unittest

from harness import OVERSEE, OverseeCase, children, guard_of, helper, read_or_none, wait_until
from terminal import Terminal, is_stopped

READY = ("sh", "-c", "echo ready; exec sleep 60")

# Signals about oversee itself, signals that stop and continue it, and signals that cannot be caught.
OWN = {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD, signal.SIGPIPE, signal.SIGTTIN, signal.SIGTTOU, signal.SIGXCPU,
       signal.SIGXFSZ, signal.SIGTSTP, signal.SIGCONT}
CANCELS = {signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM}
HARMLESS = {signal.SIGURG, signal.SIGWINCH}  # ignored by default


def no_core():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def pending(pid):
    """The pending signals of the process, as bits."""
    lines = (read_or_none(f"/proc/{pid}/status") or b"").splitlines()
    return sum(int(line.split()[1], 16) for line in lines if line.startswith((b"SigPnd", b"ShdPnd")))


class Forwarded(OverseeCase):
    def test_each_that_ends_a_command_reaches_it_and_is_told_as_its_death(self):
        real_time = {signal.SIGRTMIN, signal.SIGRTMIN + 1, signal.SIGRTMAX}
        for number in sorted(set(range(1, 32)) - OWN - CANCELS - HARMLESS | real_time):
            with self.subTest(signal=number):
                run = self.start(OVERSEE, "--json", f"{number}.json", *READY, prepare=no_core)
                run.expect(b"ready\n")
                run.signal(number)
                ended = run.finish()
                self.assertEqual(ended.status, -number)
                self.assertIn(b"oversee: failed: killed by signal ", ended.err)

    def test_one_that_is_harmless_is_passed_on_as_well(self):
        run = self.start(OVERSEE, helper("report_signals"))
        run.expect(b"ready\n")
        run.signal(signal.SIGURG)
        run.expect(b"%d\n" % signal.SIGURG)
        run.signal(signal.SIGRTMIN)
        self.assertEqual(run.finish().status, 0)

    def test_those_about_oversee_itself_are_not(self):
        run = self.start(OVERSEE, helper("report_signals"))
        run.expect(b"ready\n")
        for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
            run.signal(number)
        run.signal(signal.SIGRTMIN)
        self.assertEqual((run.finish().status, run.out), (0, b"ready\nend\n"))

    def test_to_a_command_in_oversees_own_group_each_goes_once(self):
        terminal = Terminal(self, OVERSEE, helper("report_signals"))
        terminal.expect(rb"ready\r\n")
        for number in (signal.SIGWINCH, signal.SIGUSR1, signal.SIGUSR2, signal.SIGURG):
            os.kill(terminal.pid, number)
            terminal.expect(rb"(?<!\d)%d\r\n" % number)
        os.kill(terminal.pid, signal.SIGRTMIN)
        self.assertEqual(terminal.finish(), 0)
        self.assertRegex(terminal.seen, rb"ready\r\n28\r\n10\r\n12\r\n23\r\nend\r\n")


class WhileItStarts(OverseeCase):
    """The guard exists, so that signals are watched; the command does not exist yet, or has not been reported."""

    ROUNDS = 10

    def start_with_guard(self, *options, **started):
        run = self.start_without("guard-is-continued", *options, "sleep", 60, **started)
        return run, wait_until(lambda: guard_of(run.pid), "a guard")

    def test_a_cancel(self):
        for _ in range(self.ROUNDS):
            run, _ = self.start_with_guard()
            run.signal(signal.SIGTERM)
            ended = run.finish()
            self.assertEqual(ended.status, -signal.SIGTERM)
            self.assertIn(b"oversee: cancelled", ended.err)
            self.assert_nothing_left(run)

    def test_one_for_the_command(self):
        held_up = 0
        for _ in range(100):
            run, guard = self.start_with_guard()
            os.kill(guard, signal.SIGSTOP)
            wait_until(lambda: is_stopped(guard), "the guard held up")
            if not children(guard):
                held_up += 1
                run.signal(signal.SIGUSR1)
                wait_until(lambda: not pending(run.pid), "the signal taken by oversee")
            else:
                run.signal(signal.SIGUSR1)
            os.kill(guard, signal.SIGCONT)
            self.assertEqual(run.finish().status, -signal.SIGUSR1)
            if held_up == 3:
                return


class StoppedFromOutside(OverseeCase):
    """Without a terminal, by kill -TSTP and kill -CONT."""

    def test_both_stop_and_go_on_and_the_deadline_stands_still(self):
        run = self.start(OVERSEE, "-t", "2s", helper("report_signals"), signal.SIGTERM.value, 0)
        run.expect(b"ready\n")
        (command,) = children(guard_of(run.pid))
        run.signal(signal.SIGTSTP)
        wait_until(lambda: is_stopped(run.pid) and is_stopped(command), "both stopped")
        # Longer than the limit; nothing depends on the exact time.
        subprocess.run(["sleep", "2.5"], check=True)
        self.assertTrue(is_stopped(run.pid) and is_stopped(command))
        run.signal(signal.SIGCONT)
        run.expect(b"15\n")
        self.assertEqual(run.finish().status, 124)
        self.assertGreaterEqual(self.summary()["attempts"][0]["duration_ms"], 4000)

    def test_control_a_command_that_is_stopped_alone_has_no_more_time(self):
        run = self.start(OVERSEE, "-t", "500ms", *READY)
        run.expect(b"ready\n")
        (command,) = children(guard_of(run.pid))
        os.kill(command, signal.SIGSTOP)
        self.assertEqual(run.finish().status, 124)
        self.assertLess(self.summary()["attempts"][0]["duration_ms"], 10000)


class Asked(OverseeCase):
    """--sigusr1 status: the status line."""

    TWO_LINES = ("sh", "-c", "echo one; echo two; exec sleep 60")

    def ask(self, *options, command=TWO_LINES, last=b"| two\n", **started):
        run = self.start(OVERSEE, *options, "-t", "50s", "--name", "job", *command, **started)
        wait_until(lambda: last in (read_or_none(self.log_path()) or b""), "all that it writes")
        run.signal(signal.SIGUSR1)
        return run

    def log_path(self):
        return next(iter(self.records.glob("*.log")), "none yet") if self.records.is_dir() else "none yet"

    def test_the_answer_is_a_line_on_stderr_each_time(self):
        run = self.ask("--sigusr1", "status")
        run.expect_match(rb"^oversee: job  \d+s of 50s  2 lines  \| two\n", "err")
        run.signal(signal.SIGUSR1)
        run.expect_match(rb"^(oversee: job  \d+s of 50s  2 lines  \| two\n){2}", "err")
        self.assertIsNone(run.process.poll())

    def test_in_quiet_mode_and_by_variable(self):
        run = self.ask("-q", env={"OVERSEE_SIGUSR1": "status"})
        run.expect_match(rb"^oversee: job  \d+s of 50s  2 lines  \| two\n", "err")

    def test_an_unfinished_line_is_not_torn(self):
        run = self.ask("--sigusr1", "status", command=("sh", "-c", "echo two; printf more >&2; exec sleep 60"),
                       last=b"err: more\n")
        run.expect_match(rb"^more\noversee: job  \d+s of 50s  1 line  \| more\n", "err")

    def test_output_that_is_not_seen_is_not_counted(self):
        run = self.start(OVERSEE, "--sigusr1", "status", "--no-log", "--name", "job", *READY)
        run.expect(b"ready\n")
        run.signal(signal.SIGUSR1)
        run.expect_match(rb"^oversee: job  \d+s\n", "err")

    def test_at_a_terminal(self):
        for options in ((), ("-q",)):
            with self.subTest(options=options):
                # A control character would move the cursor.
                terminal = Terminal(self, OVERSEE, *options, "--sigusr1", "status", "--log", "log", "--name", "job",
                                    "sh", "-c", "printf 'x\\ay\\n'; exec sleep 60", env={"TERM": "xterm"})
                wait_until(lambda: b"| x\ay\n" in (read_or_none(self.work / "log") or b""), "its line")
                os.kill(terminal.pid, signal.SIGUSR1)
                terminal.expect(rb"oversee: job  \d+s  1 line  \| xy\r\n")
                terminal.close()
                (self.work / "log").unlink()

    def test_control_by_default_the_signal_is_the_commands(self):
        for options in ((), ("--sigusr1", "forward")):
            with self.subTest(options=options):
                run = self.start(OVERSEE, *options, *READY)
                run.expect(b"ready\n")
                run.signal(signal.SIGUSR1)
                ended = run.finish()
                self.assertEqual(ended.status, -signal.SIGUSR1)
                self.assertNotIn(b"lines", ended.err)

    def test_another_word_is_refused(self):
        ended = self.oversee("--sigusr1", "print", "touch", "ran")
        self.assertEqual(ended.status, 125)
        self.assertIn(b"--sigusr1: cannot read 'print'; expected forward or status", ended.err)
        self.assertFalse((self.work / "ran").exists())


if __name__ == "__main__":
    unittest.main()
