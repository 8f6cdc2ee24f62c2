"""A supervisor that is delayed keeps its deadline: the command stops or traces the front or the guard, or hangs in the
kernel before exec."""

import ctypes
import os
import signal
import subprocess
import sys
import unittest

from harness import BOUND, OVERSEE, OverseeCase, children, guard_of, is_gone, wait_until
from hung_files import HungFiles, hung_files

# Seconds that a limit may be late on a loaded machine; without the mechanism nothing ends at all.
LATE = 10

# The front is the parent of the command's parent.
STOP_FRONT = "kill -STOP $(ps -o ppid= -p $PPID); echo done; exec sleep 99"
STOP_GUARD = "kill -STOP $PPID; echo done; exec sleep 99"

PTRACE_ATTACH = 16

# Attaches to its supervisor's front and continues.
TRACE_FRONT = f"""
import ctypes, os, time
front = int(open(f"/proc/{{os.getppid()}}/stat").read().rsplit(")")[1].split()[1])
libc = ctypes.CDLL(None, use_errno=True)
if libc.ptrace({PTRACE_ATTACH}, front, None, None) != 0:
    print("refused", flush=True)
else:
    print("done", flush=True)
time.sleep(99)
"""


class Stopped(OverseeCase):
    """The command stops its supervisor (SIGSTOP)."""

    def test_a_front_that_the_command_stops(self):
        for limit in (("-t", "700ms"), ("-T", "700ms")):
            with self.subTest(limit=limit):
                run = self.start(OVERSEE, *limit, "-k", "200ms", "--no-log", "sh", "-c", STOP_FRONT)
                ended = run.finish()
                self.assertEqual(ended.status, 124)
                self.assertLess(ended.seconds, LATE)
                self.assertIn(b"timed out", ended.err)
                self.assert_nothing_left(run)

    def test_it_climbs_to_the_end(self):
        run = self.start(OVERSEE, "--stop", "INT:100ms,TERM:100ms,KILL", "-t", "700ms", "sh", "-c",
                         "trap '' INT TERM; " + STOP_FRONT.replace("exec sleep 99", "while :; do sleep 1; done"))
        self.assertEqual(run.finish().status, 124)
        self.assert_nothing_left(run)
        attempt = self.summary()["attempts"][0]
        self.assertTrue(attempt["forced"])
        self.assertEqual(attempt["reason"], "timeout")

    def test_a_front_that_is_stopped_again_and_again(self):
        again = f"while :; do kill -STOP $(ps -o ppid= -p $PPID); sleep .05; done"
        run = self.start(OVERSEE, "-t", "700ms", "-k", "200ms", "sh", "-c", again)
        self.assertEqual(run.finish().status, 124)
        self.assert_nothing_left(run)

    def test_each_reach_of_a_stop(self):
        for reach in ("tree", "group", "leader"):
            with self.subTest(reach=reach):
                run = self.start(OVERSEE, "-t", "700ms", "-k", "200ms", "--kill", reach, "--no-log", "sh", "-c", STOP_FRONT)
                self.assertEqual(run.finish().status, 124)
                self.assert_nothing_left(run)

    def test_a_guard_that_the_command_stops(self):
        run = self.start(OVERSEE, "-t", "700ms", "-k", "200ms", "sh", "-c", STOP_GUARD)
        ended = run.finish()
        self.assertEqual(ended.status, 124)
        self.assertLess(ended.seconds, LATE)
        self.assert_nothing_left(run)

    def test_a_guard_that_the_command_stops_without_a_limit(self):
        run = self.start(OVERSEE, "sh", "-c", "kill -STOP $PPID; exit 3")
        self.assertEqual(run.finish().status, 3)
        self.assert_nothing_left(run)

    def test_control_without_the_guards_clock_a_stopped_front_has_no_deadline(self):
        run = self.start_without("guard-keeps-deadline", "-t", "2s", "-k", "100ms", "sh", "-c", STOP_FRONT)
        self.assertTrue(run.anything_left(within=5))
        self.assertIsNone(run.process.poll())

    def test_control_a_stopped_guard_is_given_up_on_and_that_takes_seconds(self):
        run = self.start_without("guard-is-continued", "-t", "1s", "-k", "100ms", "sh", "-c", STOP_GUARD)
        run.finish()
        self.assertGreater(run.process and self.summary()["attempts"][0]["duration_ms"], 2400)

    def test_a_users_own_stop_moves_the_deadline(self):
        """Ctrl-Z, which is announced to the guard, unlike a stop of the front by another process."""
        run = self.start(OVERSEE, "-t", "2s", "-k", "100ms", "sh", "-c", "echo ready; exec sleep 99")
        run.expect(b"ready")
        run.signal(signal.SIGTSTP)
        wait_until(lambda: os.waitid(os.P_PID, run.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT), "the front's stop")
        self.assertTrue(run.anything_left(within=3))
        run.signal(signal.SIGCONT)
        ended = run.finish()
        self.assertEqual(ended.status, 124)
        self.assertGreater(ended.seconds, 4.5)


class Traced(OverseeCase):
    """The command attaches a debugger to the front, which stays stopped as long as the command wants."""

    def test_a_front_that_the_command_traces(self):
        run = self.start(OVERSEE, "-t", "1s", "-k", "200ms", sys.executable, "-c", TRACE_FRONT)
        if b"refused" in run.expect_match(rb"done|refused")[0]:
            self.skipTest("a process may not trace its supervisor here (Yama)")
        ended = run.finish()
        self.assertEqual(ended.status, 124)
        self.assertLess(ended.seconds, LATE)
        self.assert_nothing_left(run)


class Hung(OverseeCase):
    """Before exec, in a file system whose server reads every request and answers none."""

    def setUp(self):
        super().setUp()
        self.hung = hung_files(self)

    def child_of(self, run):
        """The process that hangs in place of the command."""
        guard = wait_until(lambda: guard_of(run.pid), "a guard")
        pid = wait_until(lambda: next(iter(children(guard)), None), "a child of the guard")
        self.hung.wait_until_hangs(pid)
        return pid

    def assert_given_up_on(self, run, pid, status):
        ended = run.finish()
        self.assertEqual(ended.status, status)
        self.assertLess(ended.seconds, LATE)
        attempt = self.summary()["attempts"][0]
        self.assertEqual([each["pid"] for each in attempt["unkilled"]], [pid])
        self.assertIn(b"could not be killed", ended.err)
        self.hung.free()
        self.assert_nothing_left(run)
        self.assertTrue(is_gone(pid))

    def commands(self):
        """Each way in which a start accesses the file system: by name, by PATH, by its directory."""
        return ((str(self.hung.place / "x"), {}), ("x", {"PATH": f"{self.hung.place}:/usr/bin:/bin"}))

    def test_a_program_in_a_file_system_that_hangs(self):
        command, env = self.commands()[0]
        run = self.start(OVERSEE, "-t", "1s", "-k", "100ms", command, env=env)
        self.assert_given_up_on(run, self.child_of(run), 124)

    def test_a_directory_of_path_that_hangs(self):
        command, env = self.commands()[1]
        run = self.start(OVERSEE, "-i", "1s", "-k", "100ms", command, env=env)
        self.assert_given_up_on(run, self.child_of(run), 124)

    def test_a_cancel_of_a_start_that_hangs(self):
        run = self.start(OVERSEE, "-k", "100ms", self.hung.place / "x")
        pid = self.child_of(run)
        run.signal(signal.SIGTERM)
        self.assert_given_up_on(run, pid, -signal.SIGTERM)

    def test_control_a_guard_that_waits_for_the_start_hears_nothing(self):
        run = self.start_without("start-aside", "-k", "100ms", self.hung.place / "x")
        pid = self.child_of(run)
        guard = guard_of(run.pid)
        run.signal(signal.SIGTERM)
        # Only the front gives up on it, and has to kill the guard for that.
        run.finish()
        self.assertTrue(is_gone(guard))
        self.assertNotIn(str(pid), [str(each["pid"]) for each in self.summary()["attempts"][0]["unkilled"]])


class HungReads(OverseeCase):
    """A process can delay readers of its files in /proc; here its command line never responds."""

    def test_a_command_line_that_cannot_be_read(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, to mount a file system that hangs")
        run = self.start("unshare", "--mount", OVERSEE, "--leak-timeout", "100ms", "sh", "-c",
                         "sleep 60 & echo left $!; read x; exit 0", stdin=subprocess.PIPE)
        left = int(run.expect_match(rb"left (\d+)\n")[1])
        try:
            hung = HungFiles(f"/proc/{left}/cmdline", inside=left, mode="100444")
        except OSError as error:
            self.skipTest(f"no file that hangs can be mounted: {error}")
        self.addCleanup(hung.free)
        run.process.stdin.close()
        ended = run.finish()
        self.assertEqual(ended.status, 0)
        self.assertLess(ended.seconds, LATE)
        self.assertTrue(hung.hanging, "nobody has tried to read it")
        self.assertIn(f"[sleep] ({left})", ended.err.decode())
        hung.free()
        self.assert_nothing_left(run)


if __name__ == "__main__":
    unittest.main()
