"""Reports about processes that survive a kill, and about runs that oversee itself could not finish: never more than is
known, and never nothing."""

import contextlib
import os
import signal
import unittest

from harness import OVERSEE, OverseeCase, children, guard_of, helper, is_gone, wait_until
from ordinary_user import OrdinaryUserCase


class RefusedKill(OrdinaryUserCase):
    """The kernel refuses KILL (seccomp) to oversee and to its guard."""

    def refused(self, *arguments):
        return self.start(self.helpers / "refuse_kill", OVERSEE, "--cgroup=never", *arguments).finish()

    def end_left(self):
        for each in self.summary()["attempts"][0]["unkilled"]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each["pid"], signal.SIGKILL)

    def test_a_command_is_not_said_to_be_killed(self):
        ended = self.refused("-t", "300ms", "-k", "100ms", self.helpers / "ignore_term", "1")
        self.assertEqual(ended.status, 124)
        self.end_left()
        said = ended.err.decode()
        self.assertIn("could not be killed", said)
        self.assertNotIn(", killed", said)

    def test_what_outlived_it_is_not_said_to_have_been_killed(self):
        ended = self.refused("--leak-timeout", "100ms", "--leaks", "kill", "sh", "-c",
                             f"{self.helpers}/ignore_term 1 & exit 0")
        self.end_left()
        said = ended.err.decode()
        self.assertIn("could not be killed", said)
        self.assertIn("outlived it", said)
        self.assertNotIn("had to be killed", said)
        attempt = self.summary()["attempts"][0]
        self.assertEqual(attempt["leaked_fate"], "not_all_killed")
        self.assertEqual(sorted(each["pid"] for each in attempt["leaked"]),
                         sorted(each["pid"] for each in attempt["unkilled"]))

    def test_control_where_it_is_not_refused(self):
        ended = self.start(OVERSEE, "--leak-timeout", "100ms", "--leaks", "kill", "sh", "-c",
                           f"{self.helpers}/ignore_term 1 & exit 0").finish()
        self.assertIn(b"had to be killed", ended.err)
        self.assertEqual(self.summary()["attempts"][0]["leaked_fate"], "killed")


class OwnFailure(OverseeCase):
    """An end with 125 prints a message, whatever --summary is."""

    def test_a_guard_that_was_killed(self):
        run = self.start(OVERSEE, "--summary", "never", "sh", "-c", "echo ready; exec sleep 50")
        run.expect(b"ready")
        os.kill(guard_of(run.pid), signal.SIGKILL)
        ended = run.finish()
        self.assertEqual(ended.status, 125)
        self.assertEqual(ended.err.count(b"\n"), 1, ended.err)
        self.assertIn(b"guard was killed", ended.err)
        self.assert_nothing_left(run)

    def test_a_commands_own_125_is_its_own_affair(self):
        ended = self.start(OVERSEE, "--summary", "never", "sh", "-c", "exit 125").finish()
        self.assertEqual((ended.status, ended.err), (125, b""))


class Series(OverseeCase):
    def start_series(self, *arguments):
        """Each run waits until there is a file `go`; so both runs of the first pair are under way when this returns."""
        for old in self.work.glob("up-*"):
            old.unlink()
        (self.work / "go").unlink(missing_ok=True)
        run = self.start(OVERSEE, "--repeat", "6", "--jobs", "2", *arguments, "sh", "-c",
                         ": > up-$$; until [ -e go ]; do sleep 0.05; done")
        wait_until(lambda: len(list(self.work.glob("up-*"))) == 2, "two runs of the series")
        return run

    def go(self):
        (self.work / "go").touch()

    def test_goes_on_where_one_of_its_oversees_was_killed(self):
        for summary in ("failure", "never"):
            run = self.start_series("--summary", summary)
            os.kill(children(run.pid)[0], signal.SIGKILL)
            self.go()
            ended = run.finish()
            self.assertNotEqual(ended.status, 0)
            self.assertIn(b"oversee itself was killed by KILL", ended.err)
            self.assertNotIn(b"not started", ended.err)
            self.assert_nothing_left(run)
        self.assertIn(b"6 runs", self.series_table())

    def series_table(self):
        run = self.start_series()
        self.go()
        return run.finish().err

    def test_that_is_cancelled_says_what_was_not_started(self):
        run = self.start_series("--summary", "never")
        run.signal(signal.SIGTERM)
        ended = run.finish()
        self.assertEqual(ended.status, -signal.SIGTERM)
        self.assertIn(b"cancelled by TERM: ", ended.err)
        self.assertIn(b"of 6 runs were not started", ended.err)

    def test_a_killed_guard_of_one_has_its_sentence(self):
        run = self.start_series("--summary", "never")
        one = children(run.pid)[0]
        os.kill(wait_until(lambda: guard_of(one), "a guard"), signal.SIGKILL)
        self.go()
        ended = run.finish()
        self.assertIn(b"guard was killed", ended.err)
        self.assertEqual(ended.status, 125)


class Orphans(OverseeCase):
    def test_a_front_that_kills_them_goes_on_serving_its_signals(self):
        """The guard is dead, and its processes cannot be killed: a cancel still works, and the run ends."""
        run = self.start(OVERSEE, "-t", "40s", *map(str, (helper("regrow"), 200, 3000, 10000)))
        run.expect(b"ready")
        os.kill(guard_of(run.pid), signal.SIGKILL)
        ended = run.finish()
        self.assertEqual(ended.status, 125)
        self.assertTrue(is_gone(run.pid))
        self.assert_nothing_left(run)
        attempt = self.summary()["attempts"][0]
        self.assertEqual(attempt["unkilled"], [])
        self.assertNotIn("unkilled_unknown", attempt)


if __name__ == "__main__":
    unittest.main()
