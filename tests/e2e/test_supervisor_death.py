"""Somebody kills oversee itself, its guard, or both's group, with KILL: the command's tree dies with it."""

import os
import signal
import unittest

from harness import OVERSEE, OverseeCase, guard_of, helper, wait_until

# What takes 100 ms on an idle machine; the processes would live for a minute.
SOON = 10


class KilledFromOutside(OverseeCase):
    def start_tree(self, *command):
        """A tree of a leader, a TERM-ignoring family and a daemon, all in place."""
        run = self.start(*command, "sh", "-c", f"{helper('ignore_term')} 3 & exec {helper('daemon')} stay")
        run.expect_match(rb"(?s)(?=.*ready\n)(?=.*ready \d+\n)")
        return run

    def guard(self, run):
        return wait_until(lambda: guard_of(run.pid), "a guard")

    def test_the_front(self):
        run = self.start_tree(OVERSEE)
        run.signal(signal.SIGKILL)
        self.assertEqual(run.finish().status, -signal.SIGKILL)
        self.assertFalse(run.anything_left(within=SOON))

    def test_control_the_tree_survives_timeout(self):
        run = self.start_tree("timeout", "50")
        run.signal(signal.SIGKILL)
        run.finish()
        self.assertTrue(run.anything_left())

    def test_the_front_while_it_kills(self):
        run = self.start_tree(OVERSEE, "-k", "19s")
        run.signal(signal.SIGTERM)
        run.signal(signal.SIGKILL)
        self.assertEqual(run.finish().status, -signal.SIGKILL)
        self.assertFalse(run.anything_left(within=SOON))

    def test_the_guard(self):
        run = self.start_tree(OVERSEE)
        os.kill(self.guard(run), signal.SIGKILL)
        ended = run.finish()
        self.assertEqual(ended.status, 125)
        self.assertFalse(run.anything_left(within=SOON))
        self.assert_summary(status="failed", reason="supervisor_lost", exit_code=None, exit_status=125)
        self.assertIn(b"guard", ended.err)

    def test_the_guard_of_a_run_that_is_being_stopped(self):
        run = self.start_tree(OVERSEE, "-k", "19s")
        guard = self.guard(run)
        run.signal(signal.SIGTERM)
        os.kill(guard, signal.SIGKILL)
        self.assertIn(run.finish().status, (125, -signal.SIGTERM))
        self.assertFalse(run.anything_left(within=SOON))

    def test_the_process_group(self):
        run = self.start_tree(OVERSEE)
        self.assertEqual(os.getpgid(run.pid), run.pid)
        self.assertNotEqual(os.getpgid(self.guard(run)), run.pid)
        os.killpg(run.pid, signal.SIGKILL)
        self.assertEqual(run.finish().status, -signal.SIGKILL)
        self.assertFalse(run.anything_left(within=SOON))

    def test_the_front_of_the_outermost_of_three(self):
        run = self.start_tree(OVERSEE, OVERSEE, OVERSEE)
        run.signal(signal.SIGKILL)
        run.finish()
        self.assertFalse(run.anything_left(within=SOON))

    def test_the_record_of_a_killed_run_still_says_running_with_a_pid_that_is_no_more(self):
        run = self.start_tree(OVERSEE)
        run.signal(signal.SIGKILL)
        run.finish()
        self.assertEqual(self.assert_summary(status="running")["pid"], run.pid)


if __name__ == "__main__":
    unittest.main()
