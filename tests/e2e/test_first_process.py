"""As process 1 of a container: orphans are reaped, signals have their usual effect, the exit status is right."""

import signal
import subprocess
import unittest

from harness import OVERSEE, OverseeCase, children, helper, is_gone, wait_until

UNSHARE = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child=KILL")
REFUSED = subprocess.run([*UNSHARE, "true"], stderr=subprocess.PIPE, text=True, check=False).stderr


@unittest.skipIf(REFUSED, f"may not make a pid namespace: {REFUSED.strip()}")
class FirstProcess(OverseeCase):
    def begin(self, *arguments):
        """The run, and the pid out here of the oversee that is process 1 in the namespace."""
        run = self.start(*UNSHARE, OVERSEE, *arguments)
        (pid,) = wait_until(lambda: children(run.pid), "process 1")
        return run, pid

    def test_it_is_the_first_process(self):
        run, pid = self.begin("sh", "-c", "echo ready $PPID; exec sleep 50")
        run.expect_match(rb"ready [2-9]\n")
        with open(f"/proc/{pid}/status") as status:
            numbers = next(line.split() for line in status if line.startswith("NSpid:"))
        self.assertEqual(numbers[-1], "1")

    def test_the_command_s_exit_code_is_its_own(self):
        self.assertEqual(self.run_plain(*UNSHARE, OVERSEE, "sh", "-c", "exit 7").status, 7)

    def test_death_by_a_signal_is_an_exit_status(self):
        for number in (signal.SIGTERM, signal.SIGSEGV, signal.SIGKILL):
            ended = self.run_plain(*UNSHARE, OVERSEE, "--no-log", "sh", "-c", f"kill -{number.value} $$")
            self.assertEqual(ended.status, 128 + number)

    def test_a_signal_that_has_no_default_action_there_cancels_all_the_same(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            run = self.start(*UNSHARE, OVERSEE, "--no-log", helper("daemon"), "stay")
            run.expect_match(rb"ready \d+\n")
            (pid,) = children(run.pid)
            subprocess.run(["kill", f"-{number.value}", str(pid)], check=True)
            self.assertEqual(run.finish().status, 128 + number)
            self.assert_nothing_left(run)

    def test_control_a_shell_that_is_the_first_process_does_not_hear_term(self):
        run = self.start(*UNSHARE, "sh", "-c", "echo ready; read x; :", stdin=subprocess.PIPE)
        run.expect(b"ready\n")
        (pid,) = children(run.pid)
        subprocess.run(["kill", "-TERM", str(pid)], check=True)
        self.assertFalse(is_gone(pid))
        run.process.stdin.close()
        self.assertEqual(run.finish().status, 0, "it ended with its input, not by the signal")

    def test_a_timeout(self):
        run = self.start(*UNSHARE, OVERSEE, "-t", "300ms", "-k", "100ms", helper("ignore_term"), 5)
        self.assertEqual(run.finish().status, 124)
        self.assert_nothing_left(run)

    def test_orphans_are_reaped_while_the_command_runs(self):
        line = ("for i in 1 2 3 4 5 6 7 8; do (setsid true &); done; echo ready; read x; "
                "grep -c '^State:.Z' /proc/[0-9]*/status | grep -c ':1$'; exit 3")
        run = self.start(*UNSHARE, OVERSEE, "--no-log", "sh", "-c", line, stdin=subprocess.PIPE)
        (pid,) = wait_until(lambda: children(run.pid), "process 1")
        run.expect(b"ready\n")
        # Only the guard and the shell remain, and no zombie of either.
        wait_until(lambda: len(self.below(pid)) == 2, "the orphans reaped", lambda: str(self.below(pid)))
        run.process.stdin.close()
        ended = run.finish()
        self.assertEqual((ended.status, ended.out), (3, b"ready\n0\n"))

    def below(self, pid):
        found = children(pid)
        for each in found:
            found.extend(children(each))
        return found


if __name__ == "__main__":
    unittest.main()
