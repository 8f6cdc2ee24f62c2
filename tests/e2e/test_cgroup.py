"""A cgroup contains the command if possible: joined, killed atomically, and removed, if need be by the next run;
and what happens without one."""

import fcntl
import os
import signal
import subprocess
import unittest
from pathlib import Path

from control_group import CgroupCase, DelegatedCase, join, own_group
from harness import OVERSEE, OverseeCase, guard_of, helper, is_gone, wait_until

REMEDY = b"systemd-run --user --scope -p Delegate=yes"


def group_of(pid):
    """The path in the last line of /proc/PID/cgroup."""
    return Path(f"/proc/{pid}/cgroup").read_text().splitlines()[-1].partition("::")[2]


class Held(CgroupCase):
    def ready(self, *options):
        """A run with a leader and five children, all of which ignore TERM."""
        run = self.start(OVERSEE, *options, helper("ignore_term"), 5)
        run.expect(b"ready\n")
        return run

    def test_the_command_is_in_a_group_named_after_the_run_that_goes_with_it(self):
        for number, option in enumerate((["--cgroup", "always"], ["--require-cgroup"])):
            file = self.work / f"{number}.json"
            ended = self.oversee(*option, "--json", file, "sh", "-c", "tail -n1 /proc/self/cgroup; exit 3")
            self.assertEqual(ended.status, 3)
            name = Path(ended.out.decode().strip()).name
            self.assertRegex(name, r"^oversee-\d{8}-\d{6}-[a-z2-7]{4}-1$")
            self.assertIn(name[len("oversee-"):-len("-1")], "".join(self.files()))
            self.assertIn('"containment": "cgroup+subreaper"', file.read_text())
            self.assertEqual(self.leaves(), [])

    def test_control_by_itself_it_is_where_oversee_is(self):
        for option in ([], ["--cgroup", "never"]):
            ended = self.oversee(*option, "--json", "x.json", "tail", "-n1", "/proc/self/cgroup")
            self.assertEqual(Path(ended.out.decode().strip()).name, self.group.name)
            self.assertIn('"containment": "subreaper"', (self.work / "x.json").read_text())

    def test_the_variable_asks_for_it_too(self):
        ended = self.oversee("cat", "/proc/self/cgroup", env={"OVERSEE_CGROUP": "always"})
        self.assertIn(f"/{self.group.name}/oversee-".encode(), ended.out)

    def test_verbose_tells_what_holds_the_command(self):
        ended = self.oversee("-v", "--cgroup", "always", "true")
        self.assertRegex(ended.err, rb"oversee: attempt 1: pid \d+, held by cgroup\+subreaper\n")

    def test_a_stop_kills_all_and_removes_the_group(self):
        run = self.ready("--cgroup", "always", "-k", "100ms")
        self.assertEqual(len(self.leaves()), 1)
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assert_nothing_left(run)
        self.assertEqual(self.leaves(), [])

    def test_what_has_moved_out_of_the_group_dies_all_the_same(self):
        line = f"echo 0 >{self.group}/cgroup.procs; echo ready $$; exec sleep 50"
        run = self.start(OVERSEE, "--cgroup", "always", "-k", "100ms", "sh", "-c", f"(setsid sh -c '{line}' &); sleep 50")
        pid = int(run.expect_match(rb"ready (\d+)\n")[1])
        self.assertEqual(Path(group_of(pid)).name, self.group.name)
        run.signal(signal.SIGTERM)
        run.finish()
        self.assert_nothing_left(run)
        self.assertEqual(self.leaves(), [])

    def test_groups_that_the_command_makes_go_as_well(self):
        (leaf,) = ("$(find . -name 'oversee-*')",)
        line = f"mkdir {leaf}/inner && echo 0 >{leaf}/inner/cgroup.procs; echo ready; exec sleep 50"
        run = self.start(OVERSEE, "--cgroup", "always", "-C", self.group, "-k", "100ms", "sh", "-c", line)
        run.expect(b"ready\n")
        run.signal(signal.SIGTERM)
        run.finish()
        self.assertNotIn(b"cannot", run.err)
        self.assert_nothing_left(run)
        self.assertEqual(self.leaves(), [])

    def test_an_inner_run_s_group_is_in_the_outer_one_s(self):
        ended = self.oversee("--cgroup", "always", OVERSEE, "--cgroup", "always", "tail", "-n1", "/proc/self/cgroup")
        path = Path(ended.out.decode().strip())
        self.assertEqual([part.startswith("oversee-2") for part in path.parts[-3:]], [False, True, True])
        self.assertEqual(self.leaves(), [])

    def test_an_outer_stop_takes_inner_runs_along(self):
        nest = (OVERSEE, "--cgroup", "always", "-k", "100ms")
        run = self.start(*nest, *nest, *nest, helper("ignore_term"), 3)
        run.expect(b"ready\n")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assert_nothing_left(run)
        self.assertEqual(self.leaves(), [])

    def test_a_guard_that_is_killed_leaves_no_group(self):
        run = self.ready("--cgroup", "always")
        os.kill(wait_until(lambda: guard_of(run.pid), "a guard"), signal.SIGKILL)
        self.assertEqual(run.finish().status, 125)
        self.assert_nothing_left(run)
        self.assertEqual(self.leaves(), [])

    def test_a_front_that_is_killed_leaves_no_group(self):
        run = self.ready("--cgroup", "always")
        run.signal(signal.SIGKILL)
        run.finish()
        self.assert_nothing_left(run)
        wait_until(lambda: self.leaves() == [], "the group is removed")

    def test_a_command_that_cannot_be_run_leaves_no_group(self):
        self.assertEqual(self.oversee("--require-cgroup", "/no/such").status, 127)
        self.assertEqual(self.leaves(), [])


class Stale(CgroupCase):
    """Groups left behind by killed runs."""

    NAME = "oversee-20260101-000000-abcd-1"

    def make(self, name):
        path = self.group / name
        path.mkdir()
        return path

    def run_one(self):
        self.assertEqual(self.oversee("--cgroup", "always", "true").status, 0)

    def assert_swept(self):
        """The next run removes the group, or the one after it: each spends only a moment on it."""
        wait_until(lambda: self.run_one() or self.leaves() == [], "an empty group", lambda: str(self.leaves()))

    def test_empty_ones_are_removed_by_the_next_run(self):
        (self.make(self.NAME) / "inner").mkdir()
        self.make(self.NAME + "-own")
        self.assert_swept()

    def test_of_a_run_that_was_killed_altogether(self):
        run = self.start(OVERSEE, "--cgroup", "always", helper("ignore_term"), 2)
        run.expect(b"ready\n")
        guard = wait_until(lambda: guard_of(run.pid), "a guard")
        for pid in (run.pid, guard):
            os.kill(pid, signal.SIGSTOP)
        for pid in (run.pid, guard):
            os.kill(pid, signal.SIGKILL)
        (leaf,) = self.leaves()
        (self.group / leaf / "cgroup.kill").write_text("1")  # the processes of its tree that are still live
        wait_until(lambda: "populated 0" in (self.group / leaf / "cgroup.events").read_text(), "an empty group")
        self.assert_swept()

    def test_control_those_with_somebody_in_it_stay(self):
        path = self.make(self.NAME)
        with subprocess.Popen(["sleep", "50"], preexec_fn=lambda: join(path)) as sleeper:
            self.run_one()
            self.assertEqual(self.leaves(), [self.NAME])
            sleeper.kill()

    def test_control_one_that_is_about_to_be_joined_stays(self):
        lock = os.open(self.make(self.NAME), os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_SH)
        self.run_one()
        self.assertEqual(self.leaves(), [self.NAME])
        os.close(lock)
        self.assert_swept()

    def test_control_other_names_stay(self):
        names = ["oversee-e2e-1", "other", "oversee-20260101-000000-abcd"]
        for name in names:
            self.make(name)
        self.run_one()
        self.assertEqual(self.leaves(), sorted(names))

    def test_runs_that_start_at_once_do_not_take_each_others_away(self):
        runs = [self.start(OVERSEE, "--require-cgroup", "true") for _ in range(12)]
        self.assertEqual([run.finish().status for run in runs], [0] * len(runs))
        self.assertEqual(self.leaves(), [])


class Unreachable(DelegatedCase):
    """A child that became root, which an ordinary user may not signal."""

    def setUp(self):
        super().setUp()
        self.setuid = self.program(helper("become_root"), 0o4755)
        if os.statvfs(self.setuid).f_flag & os.ST_NOSUID:
            self.skipTest("setuid does not work on the file system of the temp directory")

    def stopped(self, *options):
        """The run's end, and the pid of the process that belonged to root."""
        run = self.start(OVERSEE, "-k", "50ms", *options, "sh", "-c", f"setsid {self.setuid} & exec sleep 50")
        pid = int(run.expect_match(rb"ready (\d+)\n")[1])
        self.assertIn("Uid:\t0\t0\t0\t0", Path(f"/proc/{pid}/status").read_text())
        run.signal(signal.SIGTERM)
        run.finish()
        return run, pid

    def test_is_killed_by_a_group_that_is_made_for_it(self):
        run, pid = self.stopped()
        self.assert_nothing_left(run)
        summary = self.assert_summary(status="cancelled", containment="cgroup+subreaper")
        self.assertEqual(summary["attempts"][0]["unkilled"], [])
        self.assertNotIn(str(pid).encode(), run.err)
        self.assertEqual(self.leaves(), [])

    def test_is_killed_by_the_group_it_was_born_in(self):
        run, _ = self.stopped("--require-cgroup")
        self.assert_nothing_left(run)
        self.assertEqual(self.assert_summary(containment="cgroup+subreaper")["attempts"][0]["unkilled"], [])
        self.assertEqual(self.leaves(), [])

    def test_control_without_a_group_it_survives_and_is_named(self):
        run, pid = self.stopped("--cgroup", "never")
        self.assertFalse(is_gone(pid))
        unkilled = self.assert_summary(containment="subreaper")["attempts"][0]["unkilled"]
        self.assertEqual([each["pid"] for each in unkilled], [pid])
        self.assertIn(f"({pid})".encode(), run.err)
        os.kill(pid, signal.SIGKILL)
        self.assert_nothing_left(run)

    def test_that_outlives_the_command_is_killed_as_well(self):
        said = self.work / "said"
        line = f"setsid {self.setuid} >{said} & while ! [ -s {said} ]; do sleep 0.01; done; exit 4"
        run = self.start(OVERSEE, "sh", "-c", line)
        self.assertEqual(run.finish().status, 4)
        self.assert_nothing_left(run)
        attempt = self.assert_summary(containment="cgroup+subreaper")["attempts"][0]
        self.assertEqual([each["pid"] for each in attempt["leaked"]], [int(said.read_text().split()[1])])
        self.assertEqual(attempt["unkilled"], [])


class NotToBeHad(DelegatedCase):
    """The group can be written to but not joined: only its directory was delegated."""

    def setUp(self):
        super().setUp()
        os.chown(self.group / "cgroup.procs", 0, 0)

    def test_a_run_that_would_have_liked_one_goes_on_without(self):
        ended = self.oversee("--cgroup", "always", "-v", "sh", "-c", "echo ran; exit 3")
        self.assertEqual((ended.status, ended.out), (3, b"ran\n"))
        self.assertIn(b"held by subreaper alone: cannot join the cgroup: " + str(self.group).encode(), ended.err)
        self.assertIn(b"Permission denied", ended.err)
        self.assert_summary(containment="subreaper")
        self.assertEqual(self.leaves(), [])

    def test_without_verbose_nothing_is_said(self):
        ended = self.oversee("--cgroup", "always", "--summary", "never", "true")
        self.assertEqual((ended.status, ended.err), (0, b""))

    def test_a_run_that_requires_one_is_refused(self):
        ended = self.oversee("--require-cgroup", "touch", "ran")
        self.assertEqual(ended.status, 125)
        self.assertFalse((self.work / "ran").exists(), "nothing was run")
        self.assertIn(b"--require-cgroup", ended.err)
        self.assertIn(str(self.group).encode(), ended.err)
        self.assertIn(REMEDY, ended.err)
        self.assertEqual(ended.err.count(b"\n"), 1)
        self.assert_summary(status="failed", reason="spawn", exit_status=125, containment="subreaper")
        self.assertEqual(self.leaves(), [])


class NotPermitted(OverseeCase):
    """The user nobody in a group that belongs to root."""

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to become nobody in a group of root's")
    @unittest.skipUnless(own_group(), "no cgroup v2 is mounted")
    def test_is_refused_where_one_is_required(self):
        def become_nobody():
            os.setgid(65534)
            os.setuid(65534)

        self.directory.chmod(0o755)
        for path in (self.tmp, self.work):
            os.chown(path, 65534, 65534)
        copy = self.directory / "oversee"
        copy.write_bytes(Path(OVERSEE).read_bytes())
        copy.chmod(0o755)
        ended = self.start(copy, "--require-cgroup", "touch", "ran", prepare=become_nobody).finish()
        self.assertEqual(ended.status, 125)
        self.assertFalse((self.work / "ran").exists())
        self.assertIn(str(own_group()).encode(), ended.err)
        self.assertIn(b"Permission denied", ended.err)
        self.assertIn(REMEDY, ended.err)

    @unittest.skipIf(subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL, check=False).returncode,
                     "may not make a mount namespace")
    def test_no_hierarchy_is_told_as_such(self):
        script = (f"awk '/ - cgroup2 /{{print $5}}' /proc/self/mountinfo | xargs -r -n1 umount -l && "
                  f"exec {OVERSEE} --require-cgroup touch ran")
        ended = self.run_plain("unshare", "-m", "sh", "-c", script)
        self.assertEqual(ended.status, 125, ended.err)
        self.assertFalse((self.work / "ran").exists())
        self.assertIn(b"no cgroup v2 is mounted", ended.err)
        self.assertIn(REMEDY, ended.err)


if __name__ == "__main__":
    unittest.main()
