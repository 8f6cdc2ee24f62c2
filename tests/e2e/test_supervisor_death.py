"""oversee, its guard, or the group of both is killed by KILL: the command's tree dies as well."""

import json
import os
import signal
import unittest
from subprocess import PIPE

import jsonschema

from harness import (OVERSEE, SOURCE_ROOT, OverseeCase, children, guard_of, helper, is_gone, nearly_full_pipe,
                     read_or_none, wait_until)

# Seconds for what takes 100 ms on an idle machine; the processes would live for a minute.
SOON = 10


class KilledFromOutside(OverseeCase):
    def start_tree(self, *command):
        """A tree with a leader, a family that ignores TERM and a daemon, all started."""
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


class Record(OverseeCase):
    """The record of a run whose front was killed."""

    def valid(self, summary):
        schema = json.loads((SOURCE_ROOT / "docs/summary.schema.json").read_text())
        jsonschema.Draft202012Validator(schema).validate(summary)
        return summary

    def finished(self):
        """The record, once its status is no longer running."""
        def ended():
            try:
                return self.summary()["status"] != "running"
            except json.JSONDecodeError:
                return False

        wait_until(ended, "the guard's finishing the record")
        return self.valid(self.assert_summary(status="failed", reason="supervisor_lost"))

    def log_so_far(self):
        return b"".join(read_or_none(each) or b"" for each in self.records.glob("*.log"))

    def kill_front(self, *options, command=("sh", "-c", "echo before; echo ready; exec sleep 60"), **started):
        run = self.start(OVERSEE, *options, *command, **started)
        run.expect(b"ready\n")
        run.signal(signal.SIGKILL)
        self.assertEqual(run.finish().status, -signal.SIGKILL)
        return run

    def test_it_says_what_is_known(self):
        run = self.kill_front("-t", "50s", "--name", "lost one")
        summary = self.finished()
        self.assertEqual((summary["name"], summary["pid"], summary["settings"]["timeout"]), ("lost one", run.pid, "50s"))
        self.assertEqual((summary["exit_code"], summary["signal"], summary["exit_status"]), (None, "KILL", None))
        self.assertRegex(summary["summary"], r"^oversee itself was killed after .*; nothing of the command is left$")
        (attempt,) = summary["attempts"]
        self.assertEqual((attempt["number"], attempt["reason"], attempt["signal"]), (1, "supervisor_lost", "KILL"))
        self.assertGreaterEqual(attempt["processes"], 1)
        self.assertLessEqual(attempt["started_at"], summary["finished_at"])
        self.assertLessEqual(attempt["duration_ms"], summary["duration_ms"])
        self.assertIs(summary["log"]["complete"], False)

    def test_control_where_the_guard_is_killed_too_it_says_running_with_a_pid_that_is_no_more(self):
        run = self.start(OVERSEE, "sh", "-c", "echo ready; exec sleep 60")
        run.expect(b"ready\n")
        guard = wait_until(lambda: guard_of(run.pid), "a guard")
        run.signal(signal.SIGSTOP)
        os.kill(guard, signal.SIGKILL)
        run.signal(signal.SIGKILL)
        run.finish()
        self.assertFalse(run.anything_left(within=SOON), "the command dies of its parent's death")
        self.assertEqual(self.valid(self.assert_summary(status="running"))["pid"], run.pid)
        self.assertTrue(is_gone(run.pid))

    def test_the_copy_that_was_asked_for_says_the_same(self):
        self.file("copy.json", '{"status": "completed"}')
        self.kill_front("--json", "copy.json")
        summary = self.finished()
        wait_until(lambda: json.loads((self.work / "copy.json").read_bytes()) == summary, "the copy")

    def test_the_log_ends_with_it(self):
        self.kill_front()
        self.finished()
        self.assertRegex(self.log(), rb"(?s)out\| before\n.*out\| ready\n# lost      oversee was killed: .*\n"
                                     rb"# status    failed \(supervisor_lost\)\n# duration  .*\n# finished  .*Z\n\Z")
        said = self.run_plain(OVERSEE, "logs", "last", "--stdout")
        self.assertEqual((said.status, said.out), (0, b"before\nready\n"))
        self.assertIn(b"the log ends early: oversee was killed", said.err)

    def test_a_line_that_was_cut_short_gets_an_end(self):
        run = self.start(OVERSEE, "sh", "-c", "echo ready; exec sleep 60")
        run.expect(b"ready\n")
        wait_until(lambda: b"out| ready" in self.log(), "the line before it is in the log")
        with open(self.the_only(".log"), "ab") as log:
            log.write(b"    0.001 out| cut sho")
        run.signal(signal.SIGKILL)
        self.finished()
        self.assertIn(b"cut sho\n# lost ", self.log())

    def test_a_raw_log_stays_the_commands(self):
        self.kill_front("--log-format", "raw")
        self.assertEqual(self.finished()["log"]["format"], "raw")
        self.assertEqual(self.log(), b"before\nready\n")

    def test_a_log_that_another_run_has_written_over_is_left_alone(self):
        run = self.start(OVERSEE, "--log", "log", "sh", "-c", "echo ready; exec sleep 60")
        run.expect(b"ready\n")
        wait_until(lambda: b"out| ready" in (self.work / "log").read_bytes(), "what is shown is in the log")
        run.signal(signal.SIGSTOP)  # or it would see that the log was emptied, and go on in it
        self.file("log", "# oversee 0.1.0  run 20200101-000000-aaaa\n")
        run.signal(signal.SIGKILL)
        self.finished()
        self.assertEqual((self.work / "log").read_bytes(), b"# oversee 0.1.0  run 20200101-000000-aaaa\n")

    def test_a_record_that_was_removed_is_not_made_again(self):
        run = self.start(OVERSEE, "sh", "-c", "echo ready; exec sleep 60")
        run.expect(b"ready\n")
        self.the_only(".json").unlink()
        run.signal(signal.SIGKILL)
        self.assertFalse(run.anything_left(within=SOON))  # the guard also holds the lifeline
        self.assertEqual([each for each in self.files() if not each.endswith(".log")], [])

    def test_a_command_that_had_ended_before_keeps_its_code(self):
        run = self.start(OVERSEE, "sh", "-c", f"{helper('daemon')} 0; read x; exit 7", stdin=PIPE)
        daemon = int(run.expect_match(rb"ready (\d+)\n")[1])
        guard = wait_until(lambda: guard_of(run.pid), "a guard")
        run.signal(signal.SIGSTOP)  # otherwise it would kill the daemon
        run.process.stdin.close()
        wait_until(lambda: children(guard) == [daemon], "the command's end")
        run.signal(signal.SIGKILL)
        summary = self.finished()
        self.assertEqual((summary["exit_code"], summary["signal"]), (7, None))
        self.assertFalse(run.anything_left(within=SOON))

    def test_a_front_that_waits_for_a_slow_reader(self):
        # More than the pipe to the reader can hold; oversee buffers the rest.
        reader, writer, _ = nearly_full_pipe(1 << 16)
        self.addCleanup(os.close, reader)
        try:
            run = self.start(OVERSEE, "sh", "-c", "head -c 400000 /dev/zero; exit 5", stdout=writer)
        finally:
            os.close(writer)
        wait_until(lambda: (guard := guard_of(run.pid)) and b"# attempt " in self.log_so_far() and not children(guard),
                   "the command's end")
        self.assertIsNone(run.process.poll())
        run.signal(signal.SIGKILL)
        self.assertEqual(self.finished()["exit_code"], 5)

    def test_a_run_that_is_over_is_told_once(self):
        for _ in range(20):
            run = self.start(OVERSEE, "sh", "-c", "exit 3")
            wait_until(lambda: guard_of(run.pid) or run.process.poll() is not None, "a guard")
            run.signal(signal.SIGKILL)
            run.finish()
            self.assertFalse(run.anything_left(within=SOON))
        for each in self.records.glob("*.json"):
            text = each.read_bytes()
            self.assertIn(self.valid(json.loads(text))["status"] if text else "running", ("running", "failed"))

    def test_at_a_terminal_of_its_own(self):
        run = self.start(OVERSEE, "--pty", "sh", "-c", "echo ready; exec sleep 60")
        run.expect(b"ready\r\n")
        run.signal(signal.SIGKILL)
        self.finished()


if __name__ == "__main__":
    unittest.main()
