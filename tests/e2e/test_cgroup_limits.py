"""Limits enforced and accounts kept by the kernel in the command's cgroup: used if available, and only then."""

import os
import signal
import subprocess
import sys
import unittest
from pathlib import Path

from control_group import NO_CGROUP, CgroupCase, DelegatedCase, join, own_group, remove
from harness import OVERSEE, guard_of, helper, wait_until

MIB = 1 << 20

# Says when it cannot go on; by itself it would end.
MANY_THREADS = """
import threading, time
threading.stack_size(64 << 10)
for _ in range(2000):
    try:
        threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
    except RuntimeError:
        print("refused", flush=True)
        time.sleep(20)
time.sleep(20)
"""


def why_no_controllers():
    """Why the tests' groups have no controllers; empty if they have."""
    if NO_CGROUP:
        return NO_CGROUP
    try:
        (own_group() / "cgroup.subtree_control").write_text("+memory +pids")
    except OSError as error:
        return f"no memory and pids controllers for the groups that are made here: {error}"
    return ""


NO_CONTROLLERS = why_no_controllers()


class Accounts(CgroupCase):
    """The account of CPU time, which needs no controller."""

    def burn_unseen(self, *options):
        """Burns CPU time in a child that its parent never waits for; returns the run's status and attempt."""
        ended = self.oversee(*options, helper("burn_cpu"), 400, 1, "unseen")
        attempt = self.summary()["attempts"][0]
        return ended.status, attempt, attempt["cpu_user_ms"] + attempt["cpu_system_ms"]

    def test_cpu_time_of_children_that_nobody_waited_for_is_exact(self):
        status, attempt, used = self.burn_unseen("--cgroup", "always")
        self.assertEqual((status, attempt["usage_accuracy"]), (0, "exact"))
        self.assertGreaterEqual(used, 400)

    def test_control_without_a_group_it_is_lost(self):
        status, attempt, used = self.burn_unseen("--cgroup", "never")
        self.assertEqual((status, attempt["usage_accuracy"]), (0, "lower_bound"))
        self.assertLess(used, 400)

    def test_a_limit_on_it_brings_a_group_and_is_held_by_its_account(self):
        status, attempt, _ = self.burn_unseen("--max-cpu", "200ms")
        self.assertEqual(status, 123)
        self.assert_summary(reason="cpu_limit", containment="cgroup+subreaper")
        self.assertEqual(attempt["limit_passed"]["means"], "cgroup")
        self.assertEqual(attempt["limits"][0]["means"], "cgroup")
        self.assertEqual(self.leaves(), [])

    def test_control_without_a_group_it_is_sampled(self):
        ended = self.oversee("--cgroup", "never", "--max-cpu", "200ms", helper("burn_cpu"), 20000)
        self.assertEqual(ended.status, 123)
        attempt = self.assert_summary(reason="cpu_limit", containment="subreaper")["attempts"][0]
        self.assertEqual(attempt["limits"][0]["means"], "sampling")

    def leave_and_burn(self, *options, milliseconds):
        line = f"echo 0 >{self.group}/cgroup.procs; exec {helper('burn_cpu')} {milliseconds}"
        return self.oversee("--cgroup", "always", *options, "sh", "-c", f"sh -c '{line}'; true")

    def test_who_leaves_the_group_is_on_no_account_and_that_is_told(self):
        self.assertEqual(self.leave_and_burn(milliseconds=400).status, 0)
        attempt = self.summary()["attempts"][0]
        self.assertEqual(attempt["usage_accuracy"], "lower_bound")
        self.assertGreaterEqual(attempt["cpu_user_ms"] + attempt["cpu_system_ms"], 400)

    def test_who_leaves_the_group_is_under_the_limit_all_the_same(self):
        ended = self.leave_and_burn("--max-cpu", "500ms", milliseconds=20000)
        self.assertEqual(ended.status, 123)
        self.assert_summary(reason="cpu_limit")


class Controlled:
    """The group in which oversee runs is delegated to it, with controllers that it can pass on."""

    def held(self, *arguments, status=123, **expected):
        """Runs a command that must end so and restore the group; returns the attempt."""
        run = self.start(OVERSEE, *arguments)
        ended = run.finish()
        self.assertEqual(ended.status, status, ended.err)
        self.assert_nothing_left(run)
        self.assertEqual(self.leaves(), [])
        self.assertEqual((self.group / "cgroup.subtree_control").read_text().strip(), "")
        return self.assert_summary(**expected)["attempts"][0]

    def test_memory_is_held_by_the_kernel(self):
        attempt = self.held("-m", "48MiB", helper("eat_memory"), 100, reason="memory_limit",
                            containment="cgroup+subreaper")
        self.assertEqual(attempt["limits"], [{"resource": "memory", "unit": "bytes", "allowed": 48 * MIB,
                                              "means": "cgroup"}])
        passed = attempt["limit_passed"]
        self.assertEqual((passed["means"], passed["allowed"]), ("cgroup", 48 * MIB))
        self.assertLessEqual(passed["used"], 49 * MIB)
        self.assertTrue(attempt["forced"])
        self.assertRegex(self.summary()["summary"], r"^memory: \d+MiB of 48MiB after \S+, killed eat_memory pid \d+")
        if "EMULATED" not in os.environ:  # in an emulator the CPU time before the command joins is too large
            self.assertEqual(attempt["usage_accuracy"], "exact")
        self.assertIn("# held      memory 48MiB by cgroup\n", self.log().decode())

    def test_the_largest_is_named(self):
        # It ends before it can be sampled; its final account names it.
        self.held("-m", "40MiB", "sh", "-c", f"sleep 1; exec {helper('eat_memory')} 200")
        self.assertRegex(self.summary()["summary"], r"^memory: \d+MiB of 40MiB after \S+, killed eat_memory pid \d+")

    def test_many_processes_together(self):
        self.held("-m", "60MiB", helper("eat_memory"), 16, 6, reason="memory_limit")

    def test_all_die_where_one_is_too_much(self):
        line = f"{helper('eat_memory')} 100 & sleep 50 & wait; wait; sleep 50"
        self.held("-m", "48MiB", "sh", "-c", line, reason="memory_limit")

    def test_control_below_the_limit_it_runs_and_the_trees_peak_is_told(self):
        attempt = self.held("-m", "200MiB", "sh", "-c", "head -c 20000000 /dev/zero | tail -c 20000000 | wc -c", status=0)
        if attempt["memory_peak_of"] == "tree":  # since Linux 5.19
            self.assertGreater(attempt["memory_peak_bytes"], 15 * MIB)
            self.assertLess(attempt["memory_peak_bytes"], 200 * MIB)

    def test_a_limit_within_a_limit(self):
        attempt = self.held("-m", "200MiB", "-E", f"TMPDIR={self.work}", OVERSEE, "-m", "48MiB", "--json",
                            self.work / "inner", helper("eat_memory"), 100, reason="exit")
        self.assertNotIn("limit_passed", attempt)
        self.assertEqual(attempt["limits"][0]["means"], "cgroup")
        inner = (self.work / "inner").read_text()
        self.assertIn('"reason": "memory_limit"', inner)
        self.assertIn('"means": "cgroup"', inner)

    def test_threads_are_no_processes_but_held_behind_them(self):
        attempt = self.held("--max-procs", "8", sys.executable, "-c", MANY_THREADS, reason="process_limit")
        self.assertEqual(attempt["limits"], [{"resource": "processes", "unit": "processes", "allowed": 8,
                                              "means": "sampling", "backstop": 1024}])
        passed = attempt["limit_passed"]
        self.assertEqual((passed["means"], passed["used"], passed["allowed"]), ("cgroup", None, 1024))

    def test_control_processes_are_counted_as_without(self):
        attempt = self.held("--max-procs", "20", helper("make_processes"), 60, reason="process_limit")
        self.assertEqual(attempt["limit_passed"]["means"], "sampling")

    def test_a_guard_that_is_killed_leaves_nothing_changed(self):
        run = self.start(OVERSEE, "-m", "200MiB", helper("ignore_term"), 3)
        run.expect(b"ready\n")
        self.assertEqual(len(self.leaves()), 2)
        os.kill(wait_until(lambda: guard_of(run.pid), "a guard"), signal.SIGKILL)
        self.assertEqual(run.finish().status, 125)
        self.assert_nothing_left(run)
        self.assertEqual(self.leaves(), [])
        self.assertEqual((self.group / "cgroup.subtree_control").read_text().strip(), "")

    def test_a_front_that_is_killed_too(self):
        run = self.start(OVERSEE, "-m", "200MiB", helper("ignore_term"), 3)
        run.expect(b"ready\n")
        run.signal(signal.SIGKILL)
        run.finish()
        self.assert_nothing_left(run)
        wait_until(lambda: self.leaves() == [], "the groups are removed")

    def test_control_where_somebody_else_is_in_the_group_nothing_is_moved(self):
        with subprocess.Popen(["sleep", "50"], preexec_fn=lambda: join(self.group)) as other:
            attempt = self.held("-m", "48MiB", helper("eat_memory"), 100, reason="memory_limit")
            self.assertEqual(attempt["limits"][0]["means"], "sampling")
            group = Path(f"/proc/{other.pid}/cgroup").read_text().splitlines()[-1]
            self.assertTrue(group.endswith("/" + self.group.name), group)
            other.kill()

    def test_control_with_never_it_is_sampled(self):
        attempt = self.held("--cgroup", "never", "-m", "48MiB", helper("eat_memory"), 100, reason="memory_limit")
        self.assertEqual(attempt["limits"][0]["means"], "sampling")


@unittest.skipIf(NO_CONTROLLERS, NO_CONTROLLERS)
class ByRoot(Controlled, CgroupCase):
    def setUp(self):
        super().setUp()
        os.setxattr(self.group, "user.delegate", b"1")

    def test_control_the_limit_of_a_group_around_is_not_ours(self):
        around = own_group() / f"{self.group.name}-around"
        around.mkdir()
        self.addCleanup(remove, around)
        (around / "memory.max").write_text(str(256 * MIB))
        (around / "cgroup.subtree_control").write_text("+memory +pids")
        self.group = around / "in"
        self.group.mkdir()
        os.setxattr(self.group, "user.delegate", b"1")
        attempt = self.held("-m", "1GiB", "sh", "-c", f"sleep 1; exec {helper('eat_memory')} 400",
                            reason="out_of_memory")
        self.assertEqual(attempt["limits"][0]["means"], "cgroup")
        self.assertNotIn("limit_passed", attempt)

    def test_control_a_group_that_was_not_given_to_it_is_not_arranged(self):
        os.removexattr(self.group, "user.delegate")
        attempt = self.held("-m", "48MiB", helper("eat_memory"), 100, reason="memory_limit", containment="subreaper")
        self.assertEqual(attempt["limits"][0]["means"], "sampling")


@unittest.skipIf(NO_CONTROLLERS, NO_CONTROLLERS)
class ByAnOrdinaryUser(Controlled, DelegatedCase):
    def setUp(self):
        super().setUp()
        os.chown(self.group / "cgroup.subtree_control", 65534, 65534)
        for name in ("eat_memory", "make_processes", "ignore_term"):
            self.program(helper(name))

    def start(self, *argv, **options):
        copies = {helper(name): str(self.directory / name) for name in ("eat_memory", "make_processes", "ignore_term")}
        return super().start(*(copies.get(each, str(each).replace(f"{Path(helper('eat_memory')).parent}/",
                                                                  f"{self.directory}/")) for each in argv), **options)


if __name__ == "__main__":
    unittest.main()
