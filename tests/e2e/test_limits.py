"""Limits: what the tree may use together, what each process may use, and what the kernel enforces. Never a bare 137."""

import os
import re
import resource
import signal
import tempfile
import time
import unittest
from pathlib import Path
from subprocess import PIPE

from harness import BOUND, OVERSEE, OverseeCase, children, guard_of, helper, is_gone, wait_until

MIB = 1 << 20

# An ordinary user who owns no files.
STRANGER = 65534


class LimitCase(OverseeCase):
    """Limits enforced without a cgroup; test_cgroup_limits tests those enforced by the kernel."""

    def environment(self, **changes):
        return super().environment(**{"OVERSEE_CGROUP": "never", **changes})

    def limits_of_a_command(self, *options):
        """The limits of a command run with these options: name of the limit -> (soft, hard), as in proc(5)."""
        text = self.oversee(*options, "cat", "/proc/self/limits").out.decode()
        return {name: (soft, hard) for name, soft, hard in re.findall(r"^(Max [a-z ]+?)  +(\S+) +(\S+)", text, re.M)}

    def assert_stopped(self, ended, reason, sentence):
        """The run was stopped by this limit and says so in one line; returns the attempt."""
        self.assertEqual(ended.status, 123, ended.err)
        self.assertRegex(ended.err.decode(), rf"^oversee: failed: {sentence}.*\n$")
        summary = self.assert_summary(status="failed", reason=reason, exit_status=123)
        self.assertRegex(summary["summary"], f"^{sentence}")
        return summary["attempts"][0]


class Memory(LimitCase):
    def assert_left_alone(self, *arguments, processes=1, **options):
        """The run is not stopped until it is told to end, a few samples after all its memory is in use."""
        run = self.start(OVERSEE, *arguments, **options)
        run.expect_match(rb"(?:ready \d+\n){%d}" % processes)
        time.sleep(0.3)
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assert_summary(status="cancelled")
        self.assert_nothing_left(run)

    def test_one_process_is_killed_and_named(self):
        run = self.start(OVERSEE, "-m", "48MiB", helper("eat_memory"), 100)
        ended = run.finish()
        attempt = self.assert_stopped(ended, "memory_limit",
                                      r"memory: \d+MiB of 48MiB after \S+, killed eat_memory pid \d+ \(\d+MiB\)")
        passed = attempt["limit_passed"]
        self.assertEqual((passed["resource"], passed["unit"], passed["means"]), ("memory", "bytes", "sampling"))
        self.assertEqual(passed["allowed"], 48 * MIB)
        self.assertGreater(passed["used"], 48 * MIB)
        self.assertEqual(passed["process"]["name"], "eat_memory")
        self.assertEqual(attempt["limits"], [{"resource": "memory", "unit": "bytes", "allowed": 48 * MIB,
                                              "means": "sampling", "backstop": 4 << 30}])
        self.assertTrue(attempt["forced"])
        self.assert_nothing_left(run)
        log = self.log().decode()
        self.assertIn("# limits    no timeout  memory 48MiB  stop", log)
        self.assertIn("# held      memory 48MiB by sampling, 4GiB a process by rlimit\n", log)

    def test_many_processes_together(self):
        # Each is far below the limit; together they are above it.
        run = self.start(OVERSEE, "-m", "60MiB", helper("eat_memory"), 16, 6)
        self.assert_stopped(run.finish(), "memory_limit", r"memory: \d+MiB of 60MiB")
        self.assert_nothing_left(run)

    def test_control_below_the_limit_nothing_happens(self):
        self.assert_left_alone("-m", "200MiB", helper("eat_memory"), 16, 6, processes=6)

    def test_control_without_a_limit_the_same_is_left_alone(self):
        self.assert_left_alone(helper("eat_memory"), 100)

    def test_pages_that_are_shared_count_once(self):
        # Six processes share 40 MiB: 240 MiB of resident memory in sum, 40 MiB in truth.
        self.assert_left_alone("-m", "100MiB", helper("eat_memory"), 40, 6, "shared", processes=6)

    def test_control_the_same_without_sharing_is_too_much(self):
        self.assertEqual(self.oversee("-m", "100MiB", helper("eat_memory"), 40, 6).status, 123)

    def test_a_daemon_in_a_session_of_its_own_counts(self):
        run = self.start(OVERSEE, "-m", "48MiB", "sh", "-c", f"setsid {helper('eat_memory')} 100 & sleep 50")
        self.assert_stopped(run.finish(), "memory_limit", "memory: .*killed eat_memory")
        self.assert_nothing_left(run)

    def test_a_variable_sets_it(self):
        ended = self.oversee(helper("eat_memory"), 100, env={"OVERSEE_MAX_MEMORY": "48MiB"})
        self.assertEqual(ended.status, 123)

    def test_it_is_held_in_the_grace_of_another_stop(self):
        # After TERM it grows; the grace period of 30 s must not allow that.
        script = f"trap 'exec {helper('eat_memory')} 100' TERM; echo ready; while :; do sleep 0.05; done"
        run = self.start(OVERSEE, "-m", "48MiB", "-t", "300ms", "-k", "30s", "sh", "-c", script)
        ended = run.finish()
        self.assertEqual(ended.status, 124)
        self.assertLess(ended.seconds, BOUND)
        self.assert_summary(reason="timeout")
        self.assert_nothing_left(run)

    def test_the_backstop_is_a_limit_on_data_that_can_be_left_away(self):
        plain = self.limits_of_a_command()
        for options, soft in ((["-m", "2GiB"], 8 << 30), (["-m", "100MiB"], 4 << 30),
                              (["-m", "2GiB", "--max-data", "none"], plain["Max data size"][0])):
            with self.subTest(options=options):
                limits = self.limits_of_a_command(*options)
                self.assertEqual(limits["Max data size"], (str(soft), plain["Max data size"][1]))
                self.assertEqual(limits["Max address space"], plain["Max address space"])
        limits = self.limits_of_a_command("-m", "2GiB", "--max-data", "5GiB")
        self.assertEqual(limits["Max data size"], (str(5 << 30), str(5 << 30)))


class CpuTime(LimitCase):
    def test_one_process(self):
        run = self.start(OVERSEE, "--max-cpu", "300ms", helper("burn_cpu"), 20000)
        attempt = self.assert_stopped(run.finish(), "cpu_limit",
                                      r"cpu: \d+ms of 300ms after \S+, stopped burn_cpu pid \d+")
        self.assertGreaterEqual(attempt["limit_passed"]["used"], 300)
        self.assertGreaterEqual(attempt["cpu_user_ms"] + attempt["cpu_system_ms"], 300)
        self.assertEqual((attempt["signal"], attempt["forced"]), ("TERM", False))
        self.assert_nothing_left(run)

    def test_children_that_are_dead_count(self):
        # Fifty short children, each reaped by its parent: none of them comes near the limit.
        run = self.start(OVERSEE, "--max-cpu", "400ms", helper("burn_cpu"), 20, 50)
        ended = run.finish()
        self.assertNotIn(b"done", ended.out)
        self.assert_stopped(ended, "cpu_limit", "cpu: ")

    def test_orphans_that_are_dead_count(self):
        script = f"for i in 1 2 3 4 5 6 7 8 9 10; do (setsid {helper('burn_cpu')} 60 & wait $!); done; sleep 30"
        self.assert_stopped(self.oversee("--max-cpu", "300ms", "sh", "-c", script), "cpu_limit", "cpu: ")

    def test_what_was_used_up_by_the_end_counts(self):
        # Either it is stopped in time, or its final account exceeds the limit.
        ended = self.oversee("--max-cpu", "20ms", "sh", "-c", f"{helper('burn_cpu')} 40; exit 0")
        self.assertEqual(ended.status, 123)
        self.assert_summary(reason="cpu_limit")

    def test_control_below_the_limit_it_ends_by_itself(self):
        ended = self.oversee("--max-cpu", "20s", helper("burn_cpu"), 20, 10)
        self.assertEqual((ended.status, ended.out), (0, b"done\n"))

    def test_sleeping_costs_nothing(self):
        self.assertEqual(self.oversee("--max-cpu", "500ms", "sleep", "0.8").status, 0)

    def test_the_kernel_holds_it_for_each_process_behind_the_guard(self):
        plain = self.limits_of_a_command()
        limits = self.limits_of_a_command("--max-cpu", "10s")
        self.assertEqual(limits["Max cpu time"], ("11", plain["Max cpu time"][1]))

    def test_with_the_guard_stopped_the_kernel_ends_it_and_it_is_named(self):
        script = f"echo ready; read go; kill -STOP $PPID; exec {helper('burn_cpu')} 20000"
        # Otherwise the front would continue the guard.
        run = self.start_without("guard-is-continued", "--max-cpu", "100ms", "sh", "-c", script, stdin=PIPE)
        run.expect(b"ready")
        guard = guard_of(run.pid)
        (leader,) = children(guard)
        run.process.stdin.write(b"go\n")
        run.process.stdin.flush()
        wait_until(lambda: is_gone(leader), "the leader dead of XCPU")
        os.kill(guard, signal.SIGCONT)
        ended = run.finish()
        self.assertEqual(ended.status, 123)
        self.assert_summary(reason="cpu_limit", signal="XCPU")

    def test_control_a_death_of_xcpu_by_the_callers_own_limit_is_the_commands(self):
        def limited():
            resource.setrlimit(resource.RLIMIT_CPU, (1, 5))

        run = self.start(OVERSEE, "--max-cpu", "1h", helper("burn_cpu"), 20000, prepare=limited)
        self.assertEqual(run.finish().status, -signal.SIGXCPU)
        self.assert_summary(reason="signal", signal="XCPU")


class Processes(LimitCase):
    def test_too_many(self):
        run = self.start(OVERSEE, "--max-procs", "20", helper("make_processes"), 60)
        attempt = self.assert_stopped(run.finish(), "process_limit",
                                      r"processes: \d+ of 20 after \S+, killed make_processes pid \d+ \(\d+ children\)")
        self.assertGreater(attempt["limit_passed"]["used"], 20)
        self.assert_nothing_left(run)

    def test_a_bomb(self):
        run = self.start(OVERSEE, "--max-procs", "50", helper("bomb"), 300)
        self.assert_stopped(run.finish(), "process_limit", r"processes: \d+ of 50")
        self.assert_nothing_left(run)

    def test_control_as_many_as_are_allowed(self):
        run = self.start(OVERSEE, "--max-procs", "21", helper("make_processes"), 20)
        run.expect(b"ready\n")
        time.sleep(0.3)
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assert_nothing_left(run)

    def test_one_after_the_other_is_not_too_many(self):
        ended = self.oversee("--max-procs", "8", "sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do /bin/true; done")
        self.assertEqual(ended.status, 0)


class EachProcess(LimitCase):
    def test_open_files(self):
        self.assertEqual(self.limits_of_a_command("--max-files", "64")["Max open files"], ("64", "64"))
        self.assertEqual(self.limits_of_a_command("--max-files", "none"), self.limits_of_a_command())

    def test_core_files(self):
        for value, expected in (("none", "0"), ("8KiB", "8192"), ("0", "0")):
            self.assertEqual(self.limits_of_a_command("--core", value)["Max core file size"], (expected, expected))
        self.assertEqual(self.limits_of_a_command("--core", "inherit"), self.limits_of_a_command())

    def test_nice_adds_to_the_callers(self):
        mine = os.nice(0)
        ended = self.oversee("--nice", "3", "nice")
        self.assertEqual(int(ended.out), min(19, mine + 3))
        self.assertEqual(int(self.oversee("nice").out), mine)

    def test_a_file_that_grows_too_large_names_the_limit(self):
        path = self.work / "big"
        ended = self.oversee("--max-file-size", "1MiB", "dd", "if=/dev/zero", f"of={path}", "bs=64k", "count=64")
        self.assert_stopped(ended, "file_size_limit", r"file size: past 1MiB after \S+, died of XFSZ")
        self.assertEqual(path.stat().st_size, MIB)

    def test_the_log_and_the_copies_of_oversee_are_not_limited(self):
        ended = self.oversee("--max-file-size", "4KiB", "--stdout-file", self.work / "copy", "dd", "if=/dev/zero",
                             "bs=1000", "count=100", "status=none")
        self.assertEqual(ended.status, 0, ended.err)
        self.assertEqual((self.work / "copy").stat().st_size, 100000)

    def test_control_a_death_of_xfsz_by_the_callers_own_limit_is_the_commands(self):
        def limited():
            resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))

        ended = self.start(OVERSEE, "dd", "if=/dev/zero", f"of={self.work}/big", "bs=64k", "count=4",
                           prepare=limited).finish()
        self.assertEqual(ended.status, -signal.SIGXFSZ)
        self.assert_summary(reason="signal", signal="XFSZ")

    def test_what_may_not_be_set_is_refused_and_nothing_runs(self):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
            become_a_stranger()

        self.directory.chmod(0o777)
        self.tmp.chmod(0o777)
        self.work.chmod(0o777)
        for options, culprit in ((["--max-files", "4096"], "--max-files 4096: Operation not permitted"),
                                 (["--nice", "-5"], "--nice -5: Permission denied")):
            with self.subTest(options=options):
                run = self.start(OVERSEE, *options, "touch", self.work / "ran", prepare=few, cwd="/")
                ended = run.finish()
                self.assertEqual((ended.status, ended.out), (125, b""))
                self.assertIn(f"cannot start the command: {culprit}; that is more than may be set here".encode(),
                              ended.err)
                self.assertFalse((self.work / "ran").exists())


def become_a_stranger():
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(STRANGER)
        os.setuid(STRANGER)


@unittest.skipUnless(os.getuid() == 0, "all of these tests run as an ordinary user")
class AsAnOrdinaryUser(LimitCase):
    def setUp(self):
        super().setUp()
        for each in (self.directory, self.tmp, self.work):
            each.chmod(0o777)
        self.records = self.tmp / f"oversee-{STRANGER}"

    def oversee_as_a_stranger(self, *arguments):
        return self.start(OVERSEE, *arguments, prepare=become_a_stranger).finish()

    def test_memory(self):
        self.assert_stopped(self.oversee_as_a_stranger("-m", "48MiB", helper("eat_memory"), 100), "memory_limit",
                            "memory: .*killed eat_memory")

    def test_shared_memory_counts_once(self):
        Memory.assert_left_alone(self, "-m", "100MiB", helper("eat_memory"), 40, 6, "shared", processes=6,
                                 prepare=become_a_stranger)

    def test_cpu_time(self):
        self.assert_stopped(self.oversee_as_a_stranger("--max-cpu", "200ms", helper("burn_cpu"), 20, 50), "cpu_limit",
                            "cpu: ")

    def test_processes(self):
        self.assert_stopped(self.oversee_as_a_stranger("--max-procs", "20", helper("make_processes"), 60),
                            "process_limit", "processes: ")


class MemoryGroup:
    """A version 1 cgroup that limits memory; None if it cannot be made."""

    ROOT = Path("/sys/fs/cgroup/memory")

    def __init__(self, size):
        self.path = Path(tempfile.mkdtemp(prefix="oversee-test-", dir=self.ROOT))
        (self.path / "memory.limit_in_bytes").write_text(str(size))
        (self.path / "memory.swappiness").write_text("0")

    def join(self):
        (self.path / "cgroup.procs").write_text("0")

    def remove(self):
        wait_until(lambda: not (self.path / "cgroup.procs").read_text(), "the group empty")
        self.path.rmdir()


def memory_group(case, size):
    try:
        group = MemoryGroup(size)
    except OSError as error:
        raise unittest.SkipTest(f"no cgroup to run out of memory in: {error}") from error
    case.addCleanup(group.remove)
    return group


class OutOfMemory(LimitCase):
    ROOM = 256 * MIB  # also for a sanitized oversee; the command is still the largest part

    def test_the_kernels_kill_is_named(self):
        group = memory_group(self, self.ROOM)
        # During the first second oversee reads the kernel's count.
        run = self.start(OVERSEE, "sh", "-c", f"sleep 1; exec {helper('eat_memory')} 400", prepare=group.join)
        self.assert_stopped(run.finish(), "out_of_memory", r"out of memory: killed by the kernel after \S+")
        self.assert_nothing_left(run)

    def test_a_childs_death_by_it_is_told_beside_the_commands_own_failure(self):
        group = memory_group(self, self.ROOM)
        run = self.start(OVERSEE, "sh", "-c", f"sleep 1; {helper('eat_memory')} 400; exit 7", prepare=group.join)
        ended = run.finish()
        self.assertEqual(ended.status, 7)
        self.assertIn(b"exit 7 after ", ended.err)
        self.assertIn(b"; meanwhile the kernel killed 1 process for lack of memory", ended.err)
        self.assertEqual(self.summary()["attempts"][0]["out_of_memory_kills"], 1)

    def test_control_a_kill_by_hand_is_a_signal(self):
        ended = self.oversee("sh", "-c", "sleep 0.1; kill -KILL $$")
        self.assertEqual(ended.status, -signal.SIGKILL)
        self.assert_summary(reason="signal", signal="KILL")
        self.assertNotIn("out_of_memory_kills", self.summary()["attempts"][0])


if __name__ == "__main__":
    unittest.main()
