"""Every adversary of tests/bench/adversaries.py is killed completely, run by the tests' user and by an ordinary user;
without the mechanism that stops it (src/model/mechanism.hpp), it escapes."""

import os
import shutil
import signal
import struct
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

from adversaries import ADVERSARIES, HEADS
from harness import (BOUND, HELPERS, OVERSEE, OVERSEE_WITHOUT, OverseeCase, guard_of, helper, is_gone, process_state,
                     wait_until)
from ordinary_user import OrdinaryUserCase

# So long that a test which waits for it has failed.
NEVER = "15s"


class Adversaries:
    """The tests that apply to every user."""

    helpers = HELPERS

    def command(self, name):
        return ADVERSARIES[name].command(self.helpers, self.work)

    def end(self, run):
        """Sends TERM once the adversary is in place."""
        run.expect(b"ready")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)

    def assert_ended(self, name, grace="200ms"):
        run = self.start(OVERSEE, "-k", grace, *self.command(name))
        self.end(run)
        self.assert_nothing_left(run)
        attempt = self.summary()["attempts"][0]
        self.assertEqual(attempt["unkilled"], [])
        return attempt

    def end_without(self, mechanism, name, grace="200ms"):
        run = self.start_without(mechanism, "-k", grace, *self.command(name))
        self.end(run)
        return run

    def assert_gets_away(self, mechanism, name):
        self.assertTrue(self.end_without(mechanism, name).anything_left())

    def started_heads(self):
        """How many processes the bomb has started in total."""
        return struct.unpack("i", (self.work / "started").read_bytes()[:4])[0]

    def test_a_daemon(self):
        self.assert_ended("daemon")

    def test_control_a_daemon_that_is_not_adopted(self):
        self.assert_gets_away("guard-adopts", "daemon")

    def test_a_session_of_a_shells_background_job(self):
        self.assert_ended("session", NEVER)

    def test_a_deaf_background_job_whose_leader_is_dead(self):
        self.assertTrue(self.assert_ended("background")["forced"])

    def test_control_where_the_leaders_end_is_taken_for_the_trees(self):
        self.assert_gets_away("whole-tree", "background")

    def test_a_whole_tree_that_is_deaf(self):
        self.assertTrue(self.assert_ended("deaf")["forced"])

    def test_hoppers(self):
        self.assert_ended("hoppers")

    def test_control_hoppers_that_are_not_adopted(self):
        self.assert_gets_away("guard-adopts", "hoppers")

    def test_a_respawning_bomb_has_no_time_to_respawn(self):
        self.assert_ended("bomb")
        self.assertEqual(self.started_heads(), HEADS)

    def test_nor_has_it_where_killing_takes_its_time(self):
        run = self.end_without("kill-at-a-stroke", "bomb")
        self.assert_nothing_left(run)
        self.assertEqual(self.started_heads(), HEADS)

    def test_control_a_bomb_that_is_not_stopped_first_respawns(self):
        run = self.end_without("stop-first,kill-at-a-stroke", "bomb")
        self.assertGreater(self.started_heads(), HEADS)
        self.assert_nothing_left(run)

    def test_processes_that_replace_their_dead(self):
        self.assert_ended("regrown")

    def test_a_kill_goes_on_while_processes_die(self):
        """Killing is slow here: it takes longer than it may go on without progress."""
        run = self.end_without("kill-at-a-stroke", "deaf_crowd")
        attempt = self.summary()["attempts"][0]
        self.assertEqual(attempt["unkilled"], [])
        self.assertNotIn("unkilled_unknown", attempt)
        self.assert_nothing_left(run)

    def test_control_a_kill_that_has_a_fixed_time(self):
        """The guard gives up in the middle of killing. The front, which would take over, is disabled."""
        run = self.end_without("kill-at-a-stroke,kill-is-patient,guard-is-watched,frozen-are-killed", "deaf_crowd")
        self.assertTrue(run.anything_left())

    def test_stopped_processes_can_act_on_the_first_signal(self):
        self.assertFalse(self.assert_ended("stopped", NEVER)["forced"])

    def test_control_stopped_processes_that_are_not_continued(self):
        self.end_without("continue-stopped", "stopped")
        self.assertTrue(self.summary()["attempts"][0]["forced"])

    def test_a_nested_subreaper(self):
        self.assert_ended("subreaper")

    def test_control_a_nested_subreapers_orphan_where_the_leaders_end_is_the_trees(self):
        self.assert_gets_away("whole-tree", "subreaper")

    def test_a_child_that_is_the_guards(self):
        self.assert_ended("sibling")

    def test_control_a_child_of_the_guards_where_the_leaders_end_is_the_trees(self):
        self.assert_gets_away("whole-tree", "sibling")

    def test_children_of_threads_get_the_first_signal(self):
        self.assertFalse(self.assert_ended("threads", NEVER)["forced"])

    def test_control_children_of_threads_that_are_not_looked_at(self):
        self.end_without("all-threads", "threads")
        self.assertTrue(self.summary()["attempts"][0]["forced"])

    def test_a_stuck_vfork(self):
        self.assertTrue(self.assert_ended("vfork")["forced"])

    def test_control_a_stuck_vfork_survives_timeout(self):
        run = self.start("timeout", "-k", "0.1", "15", *self.command("vfork"))
        run.expect(b"ready")
        run.signal(signal.SIGTERM)
        run.finish()
        self.assertTrue(run.anything_left())

    def test_a_thousand_processes(self):
        self.assert_ended("crowd", NEVER)

    def test_control_a_crowd_whose_orphans_are_not_adopted(self):
        self.assert_gets_away("guard-adopts", "crowd")

    def test_oversee_in_oversee_in_oversee(self):
        run = self.start(OVERSEE, self.overseer, self.overseer, *self.command("background"))
        self.end(run)
        self.assert_nothing_left(run)

    def test_control_three_of_them_that_adopt_nobody(self):
        inner = str(self.helpers.parent / "oversee-without") if self.overseer != OVERSEE else OVERSEE_WITHOUT
        run = self.start_without("guard-adopts,front-adopts", inner, inner, *self.command("daemon"))
        self.end(run)
        self.assertTrue(run.anything_left())


class ByWhoeverRunsTheTests(Adversaries, OverseeCase):
    overseer = OVERSEE

    def test_control_the_switch_is_the_test_builds_alone(self):
        run = self.start(OVERSEE, *self.command("daemon"), env={"OVERSEE_TEST_WITHOUT": "guard-adopts"})
        self.end(run)
        self.assert_nothing_left(run)

    def test_control_a_mechanism_that_there_is_not(self):
        ended = self.start_without("guard-adapts", "true").finish()
        self.assertEqual(ended.status, 99)
        self.assertIn(b"names no mechanism", ended.err)

    def test_what_the_first_round_of_killing_misses_is_killed_by_a_later_one(self):
        run = self.start(OVERSEE, "-k", "50ms", helper("hopper"), 20, 100000, 0)
        self.end(run)
        self.assert_nothing_left(run)
        self.assertEqual(self.summary()["attempts"][0]["unkilled"], [])

    def test_control_a_single_round_misses_what_respawns(self):
        self.assert_gets_away("kill-again,stop-first,kill-at-a-stroke", "bomb")


@unittest.skipUnless(os.geteuid() == 0, "needs root, to become somebody else")
class ByAnOrdinaryUser(Adversaries, OrdinaryUserCase):
    pass


@unittest.skipUnless(os.geteuid() == 0, "needs root, to make a program setuid")
class OfAnotherUser(OrdinaryUserCase):
    """A setuid child of an unprivileged run, which may not be signalled."""

    def setUp(self):
        super().setUp()
        self.program = self.programs / "setuid"
        shutil.copy(helper("other_user"), self.program)
        self.program.chmod(0o4755)
        if os.statvfs(self.program).f_flag & os.ST_NOSUID:
            self.skipTest("setuid does not work on the file system of the temp directory")

    def line(self):
        return f"{self.program} & exec sleep 50"

    def test_is_named_by_its_pid_within_a_bounded_time(self):
        run = self.start(OVERSEE, "-k", "100ms", "sh", "-c", self.line())
        pid = int(run.expect_match(rb"ready (\d+)\n")[1])
        run.signal(signal.SIGTERM)
        ended = run.finish()
        self.assertEqual(ended.status, -signal.SIGTERM)
        self.assertFalse(is_gone(pid), "nobody was allowed to end it")
        self.assertEqual(self.summary()["attempts"][0]["unkilled"], [{"pid": pid, "command": str(self.program)}])
        self.assertIn(f"{self.program} ({pid})", ended.err.decode())
        self.assertIn(f"\n# unkilled  pid {pid}  {self.program}\n".encode(), self.log())
        os.kill(pid, signal.SIGKILL)
        self.assert_nothing_left(run)

    def test_that_outlives_the_command_is_named_too(self):
        line = f"{self.program} >said & while ! [ -s said ]; do sleep 0.01; done; cat said"
        ended = self.start(OVERSEE, "sh", "-c", line).finish()
        pid = int(ended.out.split()[1])
        self.assertIn(f"({pid})", ended.err.decode())
        attempt = self.summary()["attempts"][0]
        self.assertEqual([each["pid"] for each in attempt["leaked"]], [pid])
        self.assertEqual([each["pid"] for each in attempt["unkilled"]], [pid])
        os.kill(pid, signal.SIGKILL)

    def test_control_without_a_bound_the_wait_goes_on(self):
        run = self.start_without("bounded-wait", "-k", "100ms", "sh", "-c", self.line())
        pid = int(run.expect_match(rb"ready (\d+)\n")[1])
        run.signal(signal.SIGTERM)
        self.assertTrue(run.anything_left(within=5))
        self.assertIsNone(run.process.poll())
        os.kill(pid, signal.SIGKILL)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assertFalse(run.anything_left(within=BOUND))


class KilledInTheKill(OverseeCase):
    """Front and guard are killed between the STOP and the KILL of the tree."""

    def begin(self, mechanism):
        run = self.start_without(mechanism, "-k", "100ms", *ADVERSARIES["deaf_crowd"].command(HELPERS, self.work))
        run.expect(b"ready")
        guard = guard_of(run.pid)
        run.signal(signal.SIGTERM)
        wait_until(lambda: any(process_state(each) == "T" for each in self.survivors()), "stopped processes")
        for each in (run.pid, guard):
            os.kill(each, signal.SIGKILL)
        return run

    def stopped(self):
        return [each for each in self.survivors() if process_state(each) == "T"]

    def test_nothing_is_left_stopped(self):
        """What the kill had not come to yet may live."""
        self.begin("kill-at-a-stroke")
        wait_until(lambda: not self.stopped(), "no process stays stopped", lambda: f"{len(self.stopped())} are")

    def test_control_the_rest_stays_stopped(self):
        run = self.begin("kill-at-a-stroke,frozen-are-killed")
        self.assertTrue(run.anything_left(within=1))
        self.assertTrue(self.stopped())


if __name__ == "__main__":
    unittest.main()
