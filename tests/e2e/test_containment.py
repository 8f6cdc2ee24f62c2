"""No process of a run outlives it, however it tries to escape; the log names the processes that had to be killed."""

import json
import os
import signal
import unittest
from subprocess import PIPE

from harness import BOUND, OVERSEE, OverseeCase, children, command_line, guard_of, helper, is_gone, wait_until


class Stopped(OverseeCase):
    """The tree is stopped, by a timeout or from outside."""

    def assert_stopped_by_term(self, run):
        run.expect(b"ready")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assert_nothing_left(run)

    def test_a_timeout_reaches_a_daemon_in_a_session_of_its_own(self):
        run = self.start(OVERSEE, "-t", "1", helper("daemon"), "stay")
        ended = run.finish()
        self.assertEqual(ended.status, 124)
        self.assertIn(b"ready", ended.out, "the daemon was in place")
        self.assert_nothing_left(run)

    def test_control_the_daemon_survives_timeout(self):
        run = self.start("timeout", "1", helper("daemon"), "stay")
        ended = run.finish()
        self.assertEqual(ended.status, 124)
        self.assertTrue(run.anything_left())
        self.assertEqual(self.survivors(), [int(ended.out.split()[1])])

    def test_a_background_session_of_a_shell(self):
        run = self.start(OVERSEE, "-t1", "sh", "-c", "(setsid sleep 99 & echo $!); sleep 99")
        ended = run.finish()
        self.assertEqual(ended.status, 124)
        self.assertTrue(is_gone(int(ended.out)))
        self.assert_nothing_left(run)

    def test_a_tree_that_ignores_term_is_killed_after_the_grace(self):
        run = self.start(OVERSEE, "-t", "1", "-k", "200ms", helper("ignore_term"), 5)
        ended = run.finish()
        self.assertEqual((ended.status, ended.out), (124, b"ready\n"))
        self.assertGreaterEqual(ended.seconds, 1.2)
        self.assert_nothing_left(run)
        self.assertTrue(self.summary()["attempts"][0]["forced"])

    def test_control_the_tree_does_ignore_term(self):
        run = self.start(helper("ignore_term"), 1)
        run.expect(b"ready\n")
        with open(f"/proc/{run.pid}/status") as status:
            ignored = next(line for line in status if line.startswith("SigIgn:")).split()[1]
        self.assertTrue(int(ignored, 16) & 1 << (signal.SIGTERM - 1))

    def test_the_grace_is_for_every_process_not_only_the_leader(self):
        # The shell dies of TERM at once; its child reports the signal and lives on until USR1.
        run = self.start(OVERSEE, "-k", "15s", "sh", "-c", f"{helper('report_signals')} {signal.SIGUSR1.value} 0; true")
        run.expect(b"ready\n")
        (child,) = [pid for pid in self.survivors() if command_line(pid)[:1] == [helper("report_signals")]]
        run.signal(signal.SIGTERM)
        run.expect(b"15\n")
        wait_until(lambda: children(guard_of(run.pid)) == [child], "the shell gone, its child adopted")
        self.assertIn(child, self.survivors())
        os.kill(child, signal.SIGUSR1)
        ended = run.finish()
        self.assertEqual((ended.status, ended.out), (-signal.SIGTERM, b"ready\n15\n10\n"))
        self.assertFalse(self.summary()["attempts"][0]["forced"])

    def test_a_stopped_command_without_terminal_times_out(self):
        run = self.start(OVERSEE, "-t", "300ms", "sh", "-c", "kill -STOP $$; echo went on")
        ended = run.finish()
        self.assertEqual((ended.status, ended.out), (124, b""))
        self.assertFalse(self.summary()["attempts"][0]["forced"], "it was continued, so that it could act on TERM")
        self.assert_nothing_left(run)

    def test_fork_and_exit_hoppers(self):
        self.assert_stopped_by_term(self.start(OVERSEE, "-k", "50ms", helper("hopper"), 20, 20000, 0))

    def test_control_hoppers_survive_timeout(self):
        run = self.start("timeout", "-k", "0.1", "0.3", helper("hopper"), 3, 600, 2000)
        self.assertEqual(run.finish().status, 124)
        self.assertTrue(run.anything_left())
        self.assertFalse(run.anything_left(within=BOUND), "they end by themselves")

    def test_a_respawning_bomb(self):
        self.assert_stopped_by_term(self.start(OVERSEE, "-k", "50ms", helper("bomb"), 200))

    def test_oversee_in_oversee_in_oversee(self):
        self.assert_stopped_by_term(self.start(OVERSEE, OVERSEE, OVERSEE, helper("daemon"), "stay"))

    def test_inner_timeouts_of_nested_runs_are_theirs(self):
        run = self.start(OVERSEE, "-t", "19", OVERSEE, "-t", "1", helper("daemon"), "stay")
        self.assertEqual(run.finish().status, 124)
        self.assert_nothing_left(run)
        self.assertEqual(len([each for each in self.files() if each.endswith(".json")]), 2)


class Leaked(OverseeCase):
    """The command has exited and left processes behind."""

    def test_a_leaked_process_is_killed_and_named_and_the_exit_code_kept(self):
        ended = self.run_plain("bash", "-c", f'got=$({OVERSEE} sh -c "setsid sleep 9 & echo hi; exit 7"); echo $got $?')
        self.assertEqual(ended.out, b"hi 7\n")
        self.assertLess(ended.seconds, 8)
        (leaked,) = self.assert_summary(status="failed", exit_code=7, exit_status=7)["attempts"][0]["leaked"]
        self.assertEqual(leaked["command"], "sleep 9")
        self.assertIn(f"sleep 9 ({leaked['pid']})", ended.err.decode())

    def test_control_plain_the_leaked_process_holds_the_pipe(self):
        run = self.start("sh", "-c", "setsid sleep 9 & echo hi; exit 7")
        self.assertEqual(run.finish().status, 7)
        self.assertTrue(run.anything_left())
        self.assertTrue(run.streams, "no end of file: $(...) would wait")

    def test_a_daemon_is_named_by_its_pid(self):
        run = self.start(OVERSEE, helper("daemon"), 0)
        ended = run.finish()
        self.assertEqual(ended.status, 0)
        self.assert_nothing_left(run)
        (leaked,) = self.summary()["attempts"][0]["leaked"]
        self.assertEqual(leaked, {"pid": int(ended.out.split()[1]), "command": f"{helper('daemon')} 0",
                                  "holds": ["stdout", "stderr"]})

    def test_output_of_what_outlives_the_command_is_kept_or_its_writer_named(self):
        kept = 0
        for number in range(20):
            file = self.work / f"{number}.json"
            ended = self.oversee("--json", file, "sh", "-c", "echo late & exit 4")
            self.assertEqual(ended.status, 4)
            if ended.out == b"late\n":
                kept += 1
            else:
                self.assertEqual(len(json.loads(file.read_bytes())["attempts"][0]["leaked"]), 1)
        self.assertGreater(kept, 0)

    def test_orphans_exit_codes_are_never_taken_for_the_commands(self):
        for _ in range(40):
            ended = self.oversee("--summary", "never", "sh", "-c", '(setsid sh -c "exit 3" &); echo out; exit 7')
            self.assertEqual((ended.status, ended.out, ended.err), (7, b"out\n", b""))

    def start_with_stranger(self):
        """A run with output that this process, outside the tree, also holds open; the command ends with its input."""
        run = self.start(OVERSEE, "sh", "-c", "echo $$; read x; exit 3", stdin=PIPE)
        command = int(run.expect_match(rb"(\d+)\n")[1])
        stranger = os.open(f"/proc/{command}/fd/1", os.O_WRONLY)
        self.addCleanup(os.close, stranger)
        return run, command, stranger

    def test_a_stranger_who_holds_the_output_holds_up_nothing(self):
        run, _, stranger = self.start_with_stranger()
        os.write(stranger, b"a word\n")
        run.expect(b"a word\n")
        run.process.stdin.close()
        self.assertEqual(run.finish().status, 3)
        self.assertEqual(self.summary()["attempts"][0]["leaked"], [])

    def test_a_cancel_while_a_stranger_holds_the_output_ends_the_run(self):
        run, command, _ = self.start_with_stranger()
        run.process.stdin.close()
        wait_until(lambda: is_gone(command), "the command's end")
        run.signal(signal.SIGTERM)
        self.assertIn(run.finish().status, (3, -signal.SIGTERM), "whichever oversee heard of first")

    def test_a_command_that_closes_its_output_is_waited_for(self):
        closed = self.work / "closed"
        run = self.start(OVERSEE, helper("close_and_linger"), closed, 3, stdin=PIPE)
        wait_until(closed.exists, "output closed")
        self.assertIsNone(run.process.poll())
        run.process.stdin.close()
        self.assertEqual(run.finish().status, 3)


if __name__ == "__main__":
    unittest.main()
