"""--detach, oversee wait and oversee cancel: runs in the background, waited for and stopped from another process."""

import json
import os
import signal
import subprocess
import unittest

from harness import OVERSEE, RUN_ID, OverseeCase, guard_of, is_gone, process_state, wait_until
from ordinary_user import OrdinaryUserCase

# Waits at a pipe until the test opens it.
WAIT = "read -r line <go"


class BackgroundCase(OverseeCase):
    def setUp(self):
        super().setUp()
        self.gate = self.work / "go"
        os.mkfifo(self.gate)

    def detach(self, *arguments, **options):
        """Returns the run's id."""
        ended = self.oversee("--detach", *arguments, **options)
        self.assertEqual((ended.status, ended.err), (0, b""))
        self.assertRegex(ended.out.decode(), rf"\A{RUN_ID.pattern}\n\Z")
        return ended.out.decode().strip()

    def record(self, run_id):
        return json.loads((self.records / f"{run_id}.json").read_bytes())

    def go_on(self):
        with open(self.gate, "w", encoding="ascii") as gate:  # waits for the reader
            gate.write("go\n")

    def assert_all_gone(self):
        wait_until(lambda: not self.survivors(), "nothing is left", lambda: f"left: {self.survivors()}")


class Detach(BackgroundCase):
    def test_goes_on_when_its_starter_has_ended(self):
        run_id = self.detach("-c", f"echo before; {WAIT}; echo after; echo bad >&2; exit 3")
        record = self.record(run_id)
        self.assertEqual(record["status"], "running")
        self.assertFalse(is_gone(record["pid"]))
        self.go_on()
        waited = self.oversee("wait", run_id)
        self.assertEqual((waited.status, waited.out), (3, b""))
        self.assertRegex(waited.err, rb"\Aoversee: run \S+: failed: exit 3 after \S+\n\Z")
        self.assertEqual(self.oversee("logs", run_id, "--stdout").out, b"before\nafter\n")
        self.assertEqual(self.oversee("logs", run_id, "--stderr").out, b"bad\n")
        self.assert_all_gone()

    def test_its_starters_streams_and_session_are_let_go(self):
        running = self.start(OVERSEE, "--detach", "-c", WAIT)
        ended = running.finish()
        run_id = ended.out.decode().strip()
        front = self.record(run_id)["pid"]
        for descriptor in (0, 1, 2):
            self.assertEqual(os.readlink(f"/proc/{front}/fd/{descriptor}"), "/dev/null")
        self.assertEqual(os.getsid(front), front)
        self.assertEqual((ended.status, running.streams), (0, {}))  # both have reached end of file
        self.go_on()
        self.assertEqual(self.oversee("wait", run_id).status, 0)

    def test_an_id_that_cannot_be_printed_is_no_success_and_the_run_goes_on(self):
        with open("/dev/full", "wb") as full:
            ended = self.oversee("--detach", "-c", WAIT, stdout=full)
        self.assertEqual((ended.status, ended.err),
                         (125, b"oversee: cannot write to stdout: No space left on device\n"))
        self.go_on()
        self.assertEqual(self.oversee("wait", "last").status, 0)
        self.assert_all_gone()

    def test_in_a_shells_substitution(self):
        script = f'id=$("{OVERSEE}" --detach -c "{WAIT}") && echo "[$id]"'
        ended = self.run_plain("sh", "-c", script)
        self.assertRegex(ended.out.decode(), rf"\A\[{RUN_ID.pattern}\]\n\Z")
        self.go_on()
        self.assertEqual(self.oversee("wait", "last").status, 0)

    def test_standard_input_is_empty_or_a_file(self):
        run_id = self.detach("-c", "cat; echo end", stdin=subprocess.PIPE)
        self.assertEqual(self.oversee("wait", run_id).status, 0)
        self.assertEqual(self.oversee("logs", run_id, "--stdout").out, b"end\n")
        self.file("input", "some\n")
        run_id = self.detach("--stdin", "input", "-c", "cat; echo end")
        self.assertEqual(self.oversee("wait", run_id).status, 0)
        self.assertEqual(self.oversee("logs", run_id, "--stdout").out, b"some\nend\n")

    def test_what_does_not_start_is_told_and_is_the_exit_status(self):
        ended = self.oversee("--detach", "--", "no-such-command-anywhere")
        self.assertEqual((ended.status, ended.out), (127, b""))
        self.assertIn(b"no-such-command-anywhere", ended.err)
        ended = self.oversee("--detach", "--stdin", "nowhere", "true")
        self.assertEqual((ended.status, ended.out), (125, b""))
        self.assertIn(b"nowhere", ended.err)
        self.assert_all_gone()

    def test_without_a_place_for_its_record_nothing_is_run(self):
        mark = self.work / "was-run"
        ended = self.oversee("--detach", "touch", mark, env={"TMPDIR": str(self.work / "nowhere")})
        self.assertEqual((ended.status, ended.out), (125, b""))
        self.assertIn(b"without a record", ended.err)
        self.assertFalse(mark.exists())

    def test_repetitions_cannot_be_detached(self):
        ended = self.oversee("--detach", "--repeat", "2", "true")
        self.assertEqual((ended.status, ended.out), (125, b""))
        self.assertIn(b"exclude each other", ended.err)

    def test_limits_hold(self):
        run_id = self.detach("-t", "100ms", "sleep", "1000")
        self.assertEqual(self.oversee("wait", run_id).status, 124)
        self.assertEqual(self.record(run_id)["reason"], "timeout")
        self.assert_all_gone()

    def test_by_variable_and_profile_and_no_further(self):
        ended = self.oversee("-c", f'"{OVERSEE}" -c "echo inner"', env={"OVERSEE_DETACH": "true"})
        self.assertRegex(ended.out.decode(), rf"\A{RUN_ID.pattern}\n\Z")
        run_id = ended.out.decode().strip()
        self.assertEqual(self.oversee("wait", run_id).status, 0)
        # The variable applied only to the outer run: the inner one was not detached.
        self.assertEqual(self.oversee("logs", run_id, "--stdout").out, b"inner\n")
        self.file("oversee.toml", '[profile.job]\ndetach = true\ncommand = ["true"]\n')
        ended = self.oversee("-P", "job")
        self.assertRegex(ended.out.decode(), rf"\A{RUN_ID.pattern}\n\Z")
        self.assertEqual(self.oversee("wait", ended.out.decode().strip()).status, 0)


class Wait(BackgroundCase):
    def test_exits_as_the_run_did(self):
        for script, status in (("exit 0", 0), ("exit 7", 7), ("kill -SEGV $$", 128 + signal.SIGSEGV)):
            with self.subTest(script):
                run_id = self.detach("-c", script)
                self.assertEqual(self.oversee("wait", run_id).status, status)

    def test_of_several_as_the_first_that_failed(self):
        runs = [self.detach("-c", f"exit {code}") for code in (0, 5, 6)]
        self.assertEqual(self.oversee("wait", *runs).status, 5)
        self.assertEqual(self.oversee("wait", *reversed(runs)).status, 6)

    def test_waits_for_a_run_in_the_foreground_of_another(self):
        running = self.start(OVERSEE, "-c", WAIT)
        wait_until(lambda: any(each.endswith(".json") and (self.records / each).stat().st_size for each in self.files()),
                   "there is a record")
        waiting = self.start(OVERSEE, "wait", "last")
        self.go_on()
        self.assertEqual(waiting.finish().status, 0)
        self.assertEqual(running.finish().status, 0)

    def test_no_longer_than_it_is_told_to(self):
        run_id = self.detach("-c", WAIT)
        ended = self.oversee("wait", run_id, "-t", "50ms")
        self.assertEqual(ended.status, 124)
        self.assertIn(b"still runs", ended.err)
        self.assertEqual(self.record(run_id)["status"], "running")
        self.go_on()
        self.assertEqual(self.oversee("wait", run_id, "--timeout", "1m").status, 0)

    def test_json(self):
        run_id = self.detach("--name", "job", "-c", "exit 4")
        ended = self.oversee("wait", run_id, "--format", "json")
        self.assertEqual(ended.status, 4)
        self.assertEqual(json.loads(ended.out), [{"run_id": run_id, "name": "job", "status": "failed", "reason": "exit",
                                                  "exit_status": 4, "summary": self.record(run_id)["summary"]}])

    def test_a_lost_run_is_none_that_succeeded(self):
        run_id = self.detach("-c", WAIT)
        front = self.record(run_id)["pid"]
        guard = guard_of(front)
        os.kill(front, signal.SIGSTOP)  # both must die at once: each would record the other's end
        os.kill(guard, signal.SIGKILL)
        os.kill(front, signal.SIGKILL)
        ended = self.oversee("wait", run_id)
        self.assertEqual(ended.status, 125)
        self.assertIn(b"is lost", ended.err)
        listed = json.loads(self.oversee("wait", run_id, "--format", "json").out)
        self.assertEqual(listed[0]["status"], "lost")

    def test_a_killed_supervisors_guard_is_given_its_time(self):
        run_id = self.detach("-c", WAIT)
        waiting = self.start(OVERSEE, "wait", run_id)
        os.kill(self.record(run_id)["pid"], signal.SIGKILL)
        ended = waiting.finish()
        self.assertEqual(ended.status, 125)
        self.assertIn(b"oversee itself was killed", ended.err)
        self.assert_all_gone()

    def test_refusals(self):
        self.detach("true")
        for arguments, word in ((("wait",), b"RUN"), (("wait", "nothing-like-it"), b"nothing-like-it"),
                                (("wait", "last", "-t", "soon"), b"soon"),
                                (("wait", "last", "--format", "xml"), b"xml")):
            with self.subTest(arguments):
                ended = self.oversee(*arguments)
                self.assertEqual((ended.status, ended.out), (125, b""))
                self.assertIn(word, ended.err)


class Cancel(BackgroundCase):
    def test_ends_the_run_and_waits_for_it(self):
        run_id = self.detach("-c", WAIT)
        ended = self.oversee("cancel", run_id)
        self.assertEqual(ended.status, 0)
        self.assertRegex(ended.err, rb"\Aoversee: run \S+: cancelled by TERM [^\n]+\n\Z")
        self.assertEqual(self.record(run_id)["status"], "cancelled")
        self.assertEqual(self.oversee("wait", run_id).status, 128 + signal.SIGTERM)
        self.assert_all_gone()

    def test_the_ladder_is_climbed(self):
        run_id = self.detach("-k", "100ms", "-c", f"trap '' TERM; echo ready; while :; do {WAIT}; done")
        wait_until(lambda: b"out| ready\n" in (self.records / f"{run_id}.log").read_bytes(), "the trap is set")
        self.assertEqual(self.oversee("cancel", run_id).status, 0)
        self.assertTrue(self.record(run_id)["attempts"][-1]["forced"])
        self.assert_all_gone()

    def test_by_another_signal(self):
        run_id = self.detach("-c", f"trap 'echo interrupted; exit 1' INT; echo ready; {WAIT}")
        wait_until(lambda: b"out| ready\n" in (self.records / f"{run_id}.log").read_bytes(), "the trap is set")
        self.assertEqual(self.oversee("cancel", run_id, "--signal", "INT").status, 0)
        self.assertEqual(self.oversee("logs", run_id, "--stdout").out, b"ready\ninterrupted\n")
        self.assertEqual(self.oversee("wait", run_id).status, 128 + signal.SIGINT)

    def test_by_one_signal_after_the_other(self):
        run_id = self.detach("-k", "50s", "-c", f"trap 'echo interrupted' INT; trap 'echo ended; exit 1' TERM; echo ready; "
                             f"while :; do {WAIT}; done")
        log = self.records / f"{run_id}.log"
        for signal_name, line in ((None, b"ready"), ("INT", b"interrupted"), ("TERM", b"ended")):
            if signal_name:
                self.assertEqual(self.oversee("cancel", run_id, "--no-wait", "-s", signal_name).status, 0)
            wait_until(lambda line=line: b"out| " + line in log.read_bytes(), line.decode())
        self.assertEqual(self.oversee("wait", run_id).status, 128 + signal.SIGINT)
        self.assertFalse(self.record(run_id)["attempts"][-1]["forced"])

    def test_several_and_one_that_had_ended(self):
        ended_one = self.detach("true")
        self.oversee("wait", ended_one)
        runs = [self.detach("-c", WAIT) for _ in range(2)]
        ended = self.oversee("cancel", *runs, ended_one, "--format", "json")
        self.assertEqual(ended.status, 0)
        self.assertEqual([each["status"] for each in json.loads(ended.out)], ["cancelled", "cancelled", "completed"])
        self.assertIn(b"had ended already: completed", ended.err)
        self.assert_all_gone()

    def test_a_retry_is_not_begun(self):
        run_id = self.detach("-r", "5", "-d", "1h", "false")
        wait_until(lambda: self.record(run_id).get("attempts"), "the first attempt has ended")
        self.assertEqual(self.oversee("cancel", run_id).status, 0)
        self.assertEqual(len(self.record(run_id)["attempts"]), 1)

    def test_not_who_has_got_the_pid_since(self):
        bystander = self.start("sleep", "1000")
        run_id = self.detach("true")
        self.oversee("wait", run_id)
        path = self.records / f"{run_id}.json"
        record = self.record(run_id)
        # Otherwise both could have started in the same clock tick, which two processes with one pid cannot.
        record.update(status="running", pid=bystander.pid, pid_born_ms=record["pid_born_ms"] - 1000)
        path.write_text(json.dumps(record))
        ended = self.oversee("cancel", run_id)
        self.assertIn(b"is lost", ended.err)
        self.assertNotIn(process_state(bystander.pid), (None, "Z"))
        record.update(host="another-host")
        path.write_text(json.dumps(record))
        ended = self.oversee("cancel", run_id)
        self.assertEqual(ended.status, 125)
        self.assertIn(b"another-host", ended.err)

    def test_no_wait(self):
        run_id = self.detach("-c", f"trap '' TERM; echo ready; while :; do {WAIT}; done")
        wait_until(lambda: b"out| ready\n" in (self.records / f"{run_id}.log").read_bytes(), "the trap is set")
        self.assertEqual(self.oversee("cancel", run_id, "--no-wait").status, 0)
        self.assertEqual(self.record(run_id)["status"], "running")
        self.assertEqual(self.oversee("wait", run_id, "-t", "10ms").status, 124)

    def test_refusals(self):
        self.detach("true")
        for arguments, word in ((("cancel",), b"RUN"), (("cancel", "last", "-s", "USR1"), b"USR1"),
                                (("cancel", "last", "-t", "soon"), b"soon")):
            with self.subTest(arguments):
                ended = self.oversee(*arguments)
                self.assertEqual((ended.status, ended.out), (125, b""))
                self.assertIn(word, ended.err)


@unittest.skipUnless(os.getuid() == 0, "takes two users")
class TwoUsers(OrdinaryUserCase):
    def test_they_do_not_see_wait_for_or_cancel_each_others_runs(self):
        """Both share one TMPDIR, as on any machine: the user nobody starts the runs, except one that root starts."""
        self.tmp.chmod(0o1777)
        roots = subprocess.Popen([OVERSEE, "--summary", "never", "sleep", "1000"], env=self.environment(),
                                 cwd=self.work, stdin=subprocess.DEVNULL)
        self.addCleanup(roots.wait)
        self.addCleanup(roots.terminate)
        mine = self.tmp / "oversee-0"
        wait_until(lambda: [each for each in mine.glob("*.json") if b'"running"' in each.read_bytes()], "it runs")
        run_id = next(mine.glob("*.json")).stem
        listed = self.oversee("list", "--format", "json")
        self.assertEqual((listed.status, json.loads(listed.out)), (0, []))
        self.assertEqual(self.oversee("true").status, 0)
        self.assertEqual(len(json.loads(self.oversee("list", "--format", "json").out)), 1)
        for arguments in (("show", run_id), ("wait", run_id), ("cancel", run_id), ("logs", run_id)):
            with self.subTest(arguments):
                ended = self.oversee(*arguments)
                self.assertEqual((ended.status, ended.out), (125, b""))
        self.assertEqual(self.oversee("clean", "--keep", "0").status, 0)
        self.assertTrue((mine / f"{run_id}.log").exists())
        self.assertIsNone(roots.poll())


if __name__ == "__main__":
    unittest.main()
