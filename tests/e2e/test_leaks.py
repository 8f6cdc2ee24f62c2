"""Processes that outlive the command are named, then killed or left alive (--leaks); what a stop signals (--kill)."""

import os
import signal
import subprocess
import sys
import unittest

from harness import (BOUND, OVERSEE, OverseeCase, children, command_line, guard_of, helper, is_gone, process_state,
                     wait_until)
from terminal import Terminal

# Seconds; far longer than any test, so that waiting for it is a hang.
LIVES = 55


class LeaksCase(OverseeCase):
    def attempt(self):
        return self.summary()["attempts"][0]

    def assert_lives(self, pid):
        self.assertFalse(is_gone(pid), f"{pid} is gone")


class LeftAlive(LeaksCase):
    def test_report_names_it_and_leaves_it(self):
        ended = self.oversee("--leaks", "report", "sh", "-c", f"setsid sleep {LIVES} >/dev/null 2>&1 & echo $!; exit 4")
        self.assertEqual(ended.status, 4)
        (pid,) = self.survivors()
        self.assert_lives(pid)
        self.assertEqual(self.attempt()["leaked"], [{"pid": pid, "command": f"sleep {LIVES}", "holds": []}])
        self.assertEqual(self.attempt()["leaked_fate"], "left")
        self.assertIn(f"; 1 process outlived it and lives on: sleep {LIVES} ({pid})".encode(), ended.err)
        self.assertIn(f"# leaked    pid {pid}  sleep {LIVES}  holds neither stream  left alive\n".encode(), self.log())

    def test_control_by_default_it_is_killed(self):
        run = self.start(OVERSEE, "sh", "-c", f"setsid sleep {LIVES} >/dev/null 2>&1 & exit 4")
        self.assertEqual(run.finish().status, 4)
        self.assert_nothing_left(run)
        self.assertEqual(self.attempt()["leaked_fate"], "killed")

    def test_it_falls_to_whoever_adopts_what_oversee_leaves(self):
        ended = self.oversee("--leaks", "report", "sh", "-c", f"sleep {LIVES} & echo $!")
        pid = int(ended.out)
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            parent = next(int(line.split()[1]) for line in status if line.startswith("PPid:"))
        self.assertNotIn("oversee", " ".join(command_line(parent)))
        self.assertNotEqual(process_state(pid), "T")

    def test_each_is_named_with_the_streams_that_it_holds(self):
        sleep = f"sleep {LIVES}"
        line = f"{sleep} & {sleep} >/dev/null & {sleep} 2>/dev/null & {sleep} >/dev/null 2>&1 & true"
        self.assertEqual(self.oversee("--leaks", "report", "-c", line).status, 0)
        holds = [each["holds"] for each in self.attempt()["leaked"]]
        self.assertCountEqual(holds, [["stdout", "stderr"], ["stderr"], ["stdout"], []])
        self.assertIn(b"  holds stdout and stderr  left alive\n", self.log())

    def test_without_a_log_it_is_told_who_holds_the_streams_of_oversee_itself(self):
        line = f"sleep {LIVES} & sleep {LIVES} >/dev/null 2>&1 & true"
        ended = self.oversee("--no-log", "--leaks", "report", "-c", line)
        self.assertEqual(ended.status, 0)
        self.assertCountEqual([each["holds"] for each in self.attempt()["leaked"]], [["stdout", "stderr"], []])

    def test_behind_a_pty_it_holds_the_terminal(self):
        # In its own session it outlives the terminal.
        os.mkfifo(self.work / "up")
        self.oversee("--pty", "--leaks", "report", "-c", f"setsid sh -c 'echo >up; exec sleep {LIVES}' & read x <up")
        self.assertEqual([each["holds"] for each in self.attempt()["leaked"]], [["stdout"]])
        self.assertEqual(len(self.survivors()), 1)

    def test_what_it_writes_afterwards_meets_a_broken_pipe(self):
        os.mkfifo(self.work / "go")
        line = "trap '' PIPE; (read x <go; echo late; echo $? >told; mv told done) & echo hi"
        ended = self.oversee("--leaks", "report", "-c", line)
        self.assertEqual((ended.status, ended.out), (0, b"hi\n"))
        (self.work / "go").write_bytes(b"now\n")
        wait_until((self.work / "done").exists, "the survivor's word")
        self.assertNotEqual((self.work / "done").read_bytes(), b"0\n")

    def test_ignore_ends_with_the_leader_and_names_nobody(self):
        # With --leak-timeout none any other mode would wait.
        ended = self.oversee("--leaks", "ignore", "--leak-timeout", "none", "-c", f"sleep {LIVES} & echo $!; exit 3")
        self.assertEqual(ended.status, 3)
        self.assert_lives(int(ended.out))
        self.assertEqual(self.attempt()["leaked"], [])
        self.assertNotIn(b"outlived", ended.err)

    def test_ignore_reads_all_that_was_written_before(self):
        ended = self.oversee("--leaks", "ignore", "-c", f"sleep {LIVES} & seq 100000")
        self.assertEqual(ended.out.count(b"\n"), 100000)
        self.assertTrue(ended.out.endswith(b"\n100000\n"))

    def test_ignore_is_not_held_up_by_what_writes_on(self):
        ended = self.oversee("--leaks", "ignore", "--max-output", "1MiB", "--show", "never", "-c", "yes & true")
        self.assertEqual(ended.status, 0)

    def test_a_front_that_is_killed_before_lets_nobody_go(self):
        run = self.start(OVERSEE, "--leaks", "report", "--leak-timeout", "none", "sh", "-c", f"sleep {LIVES} & echo $!")
        pid = int(run.expect_match(rb"(\d+)\n")[1])
        wait_until(lambda: children(guard_of(run.pid)) == [pid], "the leader's end")
        run.signal(signal.SIGKILL)
        run.finish()
        self.assertFalse(run.anything_left(within=BOUND))

    def test_a_timeout_spares_nobody(self):
        run = self.start(OVERSEE, "-t", "300ms", "--leaks", "report", "-c", f"setsid sleep {LIVES} & sleep {LIVES}")
        self.assertEqual(run.finish().status, 124)
        self.assert_nothing_left(run)

    def test_an_outer_oversee_judges_what_an_inner_one_leaves(self):
        run = self.start(OVERSEE, "--name", "outer", OVERSEE, "--leaks", "report", "--no-log", "--summary", "never",
                         "sh", "-c", f"sleep {LIVES} & true")
        ended = run.finish()
        self.assertEqual(ended.status, 0)
        self.assert_nothing_left(run)
        self.assertIn(b"outlived it and had to be killed: sleep", ended.err)


class Judged(LeaksCase):
    def test_fail_makes_a_success_122(self):
        run = self.start(OVERSEE, "--leaks", "fail", "sh", "-c", f"sleep {LIVES} & true")
        ended = run.finish()
        self.assertEqual(ended.status, 122)
        self.assert_nothing_left(run)
        self.assert_summary(status="failed", reason="leaked", exit_code=0, exit_status=122)
        self.assertIn(b"oversee: failed: exit 0 after ", ended.err)

    def test_fail_leaves_a_failure_what_it_was_and_a_clean_success_alone(self):
        self.assertEqual(self.oversee("--leaks", "fail", "sh", "-c", f"sleep {LIVES} & exit 7").status, 7)
        self.assertEqual(self.oversee("--leaks", "fail", "true").status, 0)

    def test_the_timeout_is_for_those_that_end_by_themselves(self):
        os.mkfifo(self.work / "go")
        run = self.start(OVERSEE, "--leaks", "fail", "--leak-timeout", "none", "-c", "(read x <go; echo end) & echo on")
        run.expect(b"on\n")
        wait_until(lambda: len(children(guard_of(run.pid))) == 1, "the leader's end")
        self.assertIsNone(run.process.poll())
        (self.work / "go").write_bytes(b"now\n")
        ended = run.finish()
        self.assertEqual((ended.status, ended.out), (0, b"on\nend\n"))
        self.assertEqual(self.attempt()["leaked"], [])

    def test_the_wall_limit_bounds_the_wait(self):
        run = self.start(OVERSEE, "-t", "500ms", "--leak-timeout", "none", "sh", "-c", f"sleep {LIVES} & exit 5")
        self.assertEqual(run.finish().status, 5)
        self.assert_nothing_left(run)
        self.assertEqual(len(self.attempt()["leaked"]), 1)

    def test_a_cancel_ends_the_wait_and_blames_nobody(self):
        run = self.start(OVERSEE, "--leaks", "fail", "--leak-timeout", "none", "sh", "-c", f"sleep {LIVES} & echo on")
        run.expect(b"on\n")
        wait_until(lambda: len(children(guard_of(run.pid))) == 1, "the leader's end")
        run.signal(signal.SIGTERM)
        self.assertIn(run.finish().status, (0, -signal.SIGTERM), "whichever oversee heard of first")
        self.assert_nothing_left(run)

    def test_a_zombie_is_no_survivor(self):
        # The daemon's parent does not reap; the zombie ends with it, and only the two live processes are named.
        program = ("import os, time\n"
                   "if os.fork() == 0:\n"
                   "    if os.fork() == 0: os._exit(0)\n"
                   f"    time.sleep({LIVES})\n")
        self.assertEqual(self.oversee(sys.executable, "-c", program).status, 0)
        self.assertEqual(len(self.attempt()["leaked"]), 1)

    def test_more_than_are_named_are_counted(self):
        run = self.start(OVERSEE, "-c", f"for i in $(seq 40); do sleep {LIVES} & done")
        ended = run.finish()
        self.assert_nothing_left(run)
        self.assertEqual((len(self.attempt()["leaked"]), self.attempt()["leaked_more"]), (32, 8))
        self.assertRegex(ended.err, rb"; 40 processes outlived it and had to be killed: .* and 37 more ")
        self.assertIn(b"# leaked    and 8 more\n", self.log())

    def test_bad_words_are_refused(self):
        for flag, word, text in (("--leaks", "spare", b"expected kill, report, fail or ignore"),
                                 ("--kill", "all", b"expected tree, group or leader"),
                                 ("--leak-timeout", "soon", b"expected a ")):
            ended = self.oversee(flag, word, "touch", "ran")
            self.assertEqual(ended.status, 125)
            self.assertIn(f"{flag}: cannot read '{word}'; ".encode() + text, ended.err)
        self.assertFalse((self.work / "ran").exists())


class Orphans(LeaksCase):
    HUNDRED = "for i in $(seq 100); do (setsid sh -c 'exit 3' &); done; "

    def zombies(self, parent):
        return [each for each in children(parent) if process_state(each) == "Z"]

    def test_four_hundred_orphans_leave_no_zombie_and_change_no_code(self):
        line = f"for n in 1 2 3 4; do {self.HUNDRED} echo forked $n; done; read x; exit 7"
        run = self.start(OVERSEE, "-c", line, stdin=subprocess.PIPE)
        forked = b""
        for n in range(1, 5):
            forked += b"forked %d\n" % n
            run.expect(forked)  # one by one, because a slow machine takes its time
        guard = guard_of(run.pid)
        wait_until(lambda: len(children(guard)) == 1, "nobody but the leader, not even a zombie")
        run.process.stdin.close()
        ended = run.finish()
        self.assertEqual((ended.status, ended.out), (7, forked))
        self.assertEqual(self.attempt()["leaked"], [])
        self.assertGreater(self.attempt()["processes"], 400)

    def test_control_a_subreaper_that_does_not_reap_collects_zombies(self):
        program = ("import ctypes, subprocess, sys\n"
                   "ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)\n"  # PR_SET_CHILD_SUBREAPER
                   "subprocess.run(['sh', '-c', sys.argv[1]])\n"
                   "print('forked', flush=True); input()\n")
        run = self.start(sys.executable, "-c", program, self.HUNDRED, stdin=subprocess.PIPE)
        run.expect(b"forked\n")
        wait_until(lambda: len(self.zombies(run.pid)) == 100, "zombies")


class Reach(LeaksCase):
    """A leader that sleeps, a member of its group that reports signals, and a daemon in its own session."""

    def line(self, member="report_signals"):
        words = helper(member) + (" 15 0" if member == "report_signals" else " 0")
        return f"setsid sleep {LIVES} & echo daemon $!; {words} & wait"

    def start_family(self, *options, member="report_signals"):
        run = self.start(OVERSEE, "-k", "500ms", *options, "sh", "-c", self.line(member))
        daemon = int(run.expect_match(rb"daemon (\d+)\n")[1])
        run.expect(b"ready\n")
        wait_until(lambda: command_line(daemon)[:1] == ["sleep"], "the daemon")
        return run, daemon

    def test_tree_is_the_default_and_leaves_nobody(self):
        run, _ = self.start_family("--leaks", "report")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assert_nothing_left(run)

    def test_group_leaves_the_daemon(self):
        run, daemon = self.start_family("--kill", "group", "--leaks", "report")
        run.signal(signal.SIGTERM)
        ended = run.finish()
        self.assertEqual(ended.status, -signal.SIGTERM)
        self.assertTrue(ended.out.endswith(b"ready\n15\n"), ended.out)
        self.assertEqual(self.survivors(), [daemon])
        self.assertEqual([each["pid"] for each in self.attempt()["leaked"]], [daemon])
        self.assertFalse(self.attempt()["forced"])
        self.assertIn(b"# stopping  cancelled: TERM to the process group\n", self.log())

    def test_group_goes_on_until_nobody_of_it_is_left(self):
        run, daemon = self.start_family("--kill", "group", "--leaks", "report", member="ignore_term")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assertEqual(self.survivors(), [daemon])
        self.assertTrue(self.attempt()["forced"], "the leader died of TERM, the member needed KILL")
        self.assertEqual(self.attempt()["signal"], "TERM")

    def test_leader_leaves_the_rest_without_a_signal(self):
        run, daemon = self.start_family("--kill", "leader", "--leaks", "report")
        run.signal(signal.SIGTERM)
        ended = run.finish()
        self.assertEqual(ended.status, -signal.SIGTERM)
        self.assertTrue(ended.out.endswith(b"ready\n"), ended.out)
        self.assertEqual(len(self.survivors()), 2)
        self.assertIn(daemon, self.survivors())
        self.assertIn(b"# stopping  cancelled: TERM to the command alone\n", self.log())

    def test_leader_what_is_left_is_killed_by_default(self):
        run, daemon = self.start_family("--kill", "leader")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assert_nothing_left(run)
        self.assertIn(daemon, [each["pid"] for each in self.attempt()["leaked"]])

    def test_leader_that_ignores_term_is_killed_alone(self):
        run = self.start(OVERSEE, "-k", "100ms", "--kill", "leader", "--leaks", "report", helper("ignore_term"), 1)
        run.expect(b"ready\n")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assertEqual(len(self.survivors()), 1)
        self.assertTrue(self.attempt()["forced"])

    def test_events_say_whom_a_signal_was_for(self):
        self.oversee("-t", "100ms", "--kill", "leader", "--events", "events", "sleep", LIVES)
        self.assertIn(b'"signal":"TERM","reach":"leader"', (self.work / "events").read_bytes())

    def test_at_a_terminal_group_reaches_the_commands_part_of_it_and_not_oversee(self):
        terminal = Terminal(self, OVERSEE, "--kill", "group", "--leaks", "report", "sh", "-c", self.line())
        daemon = int(terminal.expect(rb"daemon (\d+)\r\n")[1])
        terminal.expect(rb"ready\r\n")
        wait_until(lambda: command_line(daemon)[:1] == ["sleep"], "the daemon in its session")
        os.kill(terminal.pid, signal.SIGTERM)
        terminal.expect(rb"15\r\n")
        self.assertEqual(terminal.finish(), -signal.SIGTERM)
        # A signal to the group would also have reached oversee: a second cancel, which climbs to KILL.
        self.assertFalse(self.attempt()["forced"])
        self.assertEqual(self.survivors(), [daemon])


if __name__ == "__main__":
    unittest.main()
