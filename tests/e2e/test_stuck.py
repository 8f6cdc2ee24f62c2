"""Processes stuck in the kernel, which even KILL does not reach: oversee gives up on them and names them."""

import signal
import unittest

from harness import BOUND, OVERSEE, OverseeCase, is_gone, process_state
from hung_files import hung_files


class Stuck(OverseeCase):
    """A process in state D, as with a dead file server."""

    def setUp(self):
        super().setUp()
        self.hung = hung_files(self)
        self.file = self.hung.place / "file"

    def stuck(self, start, *options, line="exec cat {}"):
        """A run whose command hangs in the kernel, and the pid of the hanging process."""
        run = start(*options, "sh", "-c", f"echo at $$; {line.format(self.file)}")
        pid = int(run.expect_match(rb"at (\d+)\n")[1])
        self.hung.wait_until_hangs(pid)
        return run, pid

    def assert_named(self, run, pid):
        attempt = self.summary()["attempts"][0]
        self.assertEqual(attempt["unkilled"], [{"pid": pid, "command": f"cat {self.file}"}])
        self.assertTrue(attempt["forced"])
        self.assertIn(f"({pid})", run.err.decode())
        self.assertIn("could not be killed", run.err.decode())
        self.assertIn(f"\n# unkilled  pid {pid}  cat {self.file}\n".encode(), self.log())
        self.assertEqual(process_state(pid), "D", "nobody can end it")
        self.hung.free()
        self.assert_nothing_left(run)

    def test_the_command_is_given_up_on_after_a_cancel(self):
        run, pid = self.stuck(lambda *words: self.start(OVERSEE, *words), "-k", "100ms")
        run.signal(signal.SIGTERM)
        ended = run.finish()
        self.assertEqual(ended.status, -signal.SIGTERM)
        self.assertLess(ended.seconds, BOUND)
        self.assert_named(run, pid)

    def test_and_after_a_timeout_whose_evidence_points_at_it(self):
        run, pid = self.stuck(lambda *words: self.start(OVERSEE, *words), "-t", "1s", "-k", "100ms")
        ended = run.finish()
        self.assertEqual(ended.status, 124)
        (process,) = self.summary()["attempts"][0]["evidence"]["processes"]
        self.assertEqual(process["pid"], pid)
        self.assert_named(run, pid)

    def test_a_child_that_outlives_the_command_is_given_up_on_too(self):
        run = self.start(OVERSEE, "sh", "-c", f"cat {self.file} & echo at $!; read go; exit 3", stdin=-1)
        pid = int(run.expect_match(rb"at (\d+)\n")[1])
        self.hung.wait_until_hangs(pid)
        run.process.stdin.write(b"go\n")
        run.process.stdin.close()
        self.assertEqual(run.finish().status, 3)
        attempt = self.summary()["attempts"][0]
        self.assertEqual([each["pid"] for each in attempt["leaked"]], [pid])
        self.assertEqual([each["pid"] for each in attempt["unkilled"]], [pid])
        self.hung.free()
        self.assert_nothing_left(run)

    def test_a_stop_by_the_cgroup_is_bounded_as_well(self):
        run, pid = self.stuck(lambda *words: self.start(OVERSEE, *words), "--cgroup", "always", "-k", "100ms")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assert_named(run, pid)
        self.oversee("--cgroup", "always", "true")  # removes the group that was left for the process

    def test_control_without_a_bound_the_wait_goes_on(self):
        run, pid = self.stuck(lambda *words: self.start_without("bounded-wait", *words), "-k", "100ms")
        run.signal(signal.SIGTERM)
        self.assertTrue(run.anything_left(within=5))
        self.assertIsNone(run.process.poll())
        self.hung.free()
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assert_nothing_left(run)
        self.assertTrue(is_gone(pid))

    def test_control_what_is_not_stuck_is_killed(self):
        run = self.start(OVERSEE, "-k", "100ms", "sh", "-c", "echo ready; exec sleep 50")
        run.expect(b"ready")
        run.signal(signal.SIGTERM)
        run.finish()
        self.assertEqual(self.summary()["attempts"][0]["unkilled"], [])
        self.assert_nothing_left(run)


if __name__ == "__main__":
    unittest.main()
