"""Retries: how often, after which outcomes, within which time; what the command and its readers see of them."""

import json
import signal
import subprocess
import unittest

from counting_command import QUICK, counting
from harness import BOUND, OVERSEE, OverseeCase, guard_of, process_state, wait_until


class Retried(OverseeCase):
    def attempts(self):
        return int((self.work / "count").read_text())

    def test_until_it_passes(self):
        ended = self.oversee("-r", "3", *QUICK, *counting('echo out $n; [ $n -ge 3 ]'))
        self.assertEqual(ended.status, 0)
        self.assertEqual(ended.out, b"out 1\nout 2\nout 3\n")
        self.assertEqual(self.attempts(), 3)
        summary = self.assert_summary(status="completed", reason="exit", flaky=True, exit_status=0)
        self.assertEqual([each["number"] for each in summary["attempts"]], [1, 2, 3])
        self.assertEqual([each["status"] for each in summary["attempts"]], ["failed", "failed", "completed"])
        self.assertEqual([each["stdout"]["bytes"] for each in summary["attempts"]], [6, 6, 6])
        log = self.log().decode()
        for line in (r"# attempt   1 failed: exit 1 after ", r"# retry     at once", r"# attempt   3 of 4  pid ",
                     r"# status    completed \(flaky\)  exit 0  attempts 3 of 4"):
            self.assertRegex(log, line)
        self.assertRegex(ended.err.decode(), r"oversee: attempt 1 of 4: exit 1 after [^;]*; trying again\n")
        self.assertRegex(ended.err.decode(), r"oversee: warning: flaky: exit 0 after .* in attempt 3 "
                                             r"\(attempts 1-2: exit 1\)")

    def test_until_there_are_no_more(self):
        ended = self.oversee("-r", "2", *QUICK, *counting("exit $((n + 3))"))
        self.assertEqual(ended.status, 6)
        self.assertEqual(self.attempts(), 3)
        self.assert_summary(status="failed", reason="exit", flaky=False, exit_code=6)
        self.assertRegex(ended.err.decode(), r"failed: exit 6 after .* in attempt 3 \(attempt 1: exit 4, attempt 2: exit 5\)")

    def test_a_success_is_tried_once(self):
        self.assertEqual(self.oversee("-r", "5", *counting("exit 0")).status, 0)
        self.assertEqual(self.attempts(), 1)
        self.assert_summary(flaky=False)

    def test_control_without_retries_there_is_one_attempt(self):
        self.assertEqual(self.oversee(*counting("exit 1")).status, 1)
        self.assertEqual(self.attempts(), 1)

    def test_by_variable(self):
        self.assertEqual(self.oversee(*counting("[ $n = 2 ]"), env={"OVERSEE_RETRIES": "1", "OVERSEE_DELAY": "0"}).status, 0)

    def test_dies_of_the_signal_that_the_last_attempt_died_of(self):
        ended = self.oversee("-r", "1", *QUICK, *counting("kill -SEGV $$"))
        self.assertEqual(ended.status, -signal.SIGSEGV)
        self.assertEqual(self.attempts(), 2)

    def test_each_attempt_has_its_deadline(self):
        ended = self.oversee("-t", "300ms", "-r", "1", *QUICK, "--retry-on", "timeout", "sleep", "60")
        self.assertEqual(ended.status, 124)
        summary = self.summary()
        self.assertEqual([each["reason"] for each in summary["attempts"]], ["timeout", "timeout"])

    def test_what_the_command_sees(self):
        ended = self.oversee("-r", "2", *QUICK, *counting('echo $OVERSEE_ATTEMPT of $OVERSEE_ATTEMPTS; [ $n = 3 ]'))
        self.assertEqual(ended.out, b"1 of 3\n2 of 3\n3 of 3\n")

    def test_events_tell_of_each_attempt(self):
        self.oversee("-r", "1", "-d", "10ms", "--jitter", "0", "--events", "events", *counting("[ $n = 2 ]"))
        events = [json.loads(line) for line in (self.work / "events").read_text().splitlines()]
        told = [(each["event"], each["attempt"]) for each in events]
        self.assertEqual(told, [("started", 0), ("attempt_started", 1), ("attempt_finished", 1), ("retrying", 1),
                                ("attempt_started", 2), ("attempt_finished", 2), ("finished", 2)])
        self.assertEqual((events[3]["next"], events[3]["delay_ms"]), (2, 10))

    def test_fifty_attempts_leave_nothing(self):
        run = self.start(OVERSEE, "-r", "50", *QUICK, "sh", "-c", "sleep 30 & exit 1")
        # Half a second each, because sanitizers slow down every start.
        self.assertEqual(run.finish(within=10 * BOUND).status, 1)
        self.assertEqual(len(self.summary()["attempts"]), 51)
        self.assert_nothing_left(run)


class Causes(OverseeCase):
    def tried(self, *options, rest="exit 3"):
        count = self.work / "count"
        count.unlink(missing_ok=True)
        self.oversee("-r", "1", *QUICK, *options, *counting(rest))
        return int(count.read_text())

    def test_each_kind(self):
        for options, rest, tried in (
            (("--retry-on", "exit:3"), "exit 3", 2),
            (("--retry-on", "exit:1,75-78"), "exit 3", 1),
            (("--retry-on", "exit:1,75-78"), "exit 76", 2),
            (("--retry-on", "signal:SEGV,BUS"), "kill -BUS $$", 2),
            (("--retry-on", "signal:SEGV"), "kill -BUS $$", 1),
            (("--retry-on", "idle", "-i", "200ms"), "sleep 60", 2),
            (("--retry-on", "timeout", "-i", "200ms"), "sleep 60", 1),
            (("--retry-on", "limit", "--max-output", "1KiB", "--on-overflow", "fail"), "yes", 2),
            (("--no-retry-on", "exit:3"), "exit 3", 1),
            (("--no-retry-on", "exit:4"), "exit 3", 2),
            (("--retry-on", "exit:3", "--retry-on", "exit:4"), "exit 4", 2),
        ):
            with self.subTest(options=options, rest=rest):
                self.assertEqual(self.tried(*options, rest=rest), tried)

    def test_what_it_wrote(self):
        for options, rest, tried in (
            (("--retry-on", "output:reset by peer$"), "echo reset by peer; exit 1", 2),
            (("--retry-on", "output:reset by peer$"), "echo reset by peer >&2; exit 1", 2),
            (("--retry-on", "output:reset by peer$"), "printf 'reset by'; sleep 0.05; printf ' peer'; exit 1", 2),
            (("--retry-on", "output:reset by peer$"), "echo all is well; exit 1", 1),
            (("--no-retry-on", "output:(?i)syntax error"), "echo Syntax Error; exit 1", 1),
            (("--retry-on", "output:reset", "--no-log", "--show", "never"), "echo reset; exit 1", 2),
        ):
            with self.subTest(options=options, rest=rest):
                self.assertEqual(self.tried(*options, rest=rest), tried)

    def test_what_an_earlier_attempt_wrote_is_forgotten(self):
        self.oversee("-r", "5", *QUICK, "--retry-on", "output:again", *counting("[ $n = 1 ] && echo again; exit 1"))
        self.assertEqual((self.work / "count").read_text(), "2\n")

    def test_a_command_that_is_not_there_is_not_tried_again_unless_asked_for(self):
        self.assertEqual(self.oversee("-r", "1", *QUICK, "/no/such").status, 127)
        self.assertEqual(len(self.summary()["attempts"]), 1)

    def test_and_is_where_it_is_asked_for(self):
        self.assertEqual(self.oversee("-r", "1", *QUICK, "--retry-on", "spawn", "/no/such").status, 127)
        self.assertEqual([each["reason"] for each in self.summary()["attempts"]], ["not_found", "not_found"])

    def test_why_it_was_not_tried_again_is_told(self):
        ended = self.oversee("-r", "1", "--retry-on", "timeout", "sh", "-c", "exit 3")
        self.assertIn(b"; not tried again: no such end is to be", ended.err)


class Flaky(OverseeCase):
    def run_flaky(self, *options):
        return self.oversee("-r", "1", *QUICK, *options, *counting("[ $n = 2 ]"))

    def test_fail(self):
        ended = self.run_flaky("--flaky", "fail")
        self.assertEqual(ended.status, 122)
        self.assert_summary(status="failed", reason="flaky", flaky=True, exit_code=0, exit_status=122)

    def test_warn_is_heard_in_quiet_mode(self):
        ended = self.run_flaky("-q")
        self.assertEqual(ended.status, 0)
        self.assertRegex(ended.err, rb"^oversee: warning: flaky: .*\n$")

    def test_pass_is_not(self):
        ended = self.run_flaky("-q", "--flaky", "pass")
        self.assertEqual((ended.status, ended.err), (0, b""))
        self.assert_summary(flaky=True)


class OkExit(OverseeCase):
    def test_other_codes_can_be_a_success(self):
        for code, status in ((3, 0), (75, 0), (78, 0), (0, 0), (4, 4)):
            with self.subTest(code=code):
                self.assertEqual(self.oversee("--ok-exit", "3,75-78", "sh", "-c", f"exit {code}").status, status)

    def test_and_are_not_tried_again(self):
        self.oversee("-r", "1", "--ok-exit", "3", *counting("exit 3"))
        self.assertEqual((self.work / "count").read_text(), "1\n")
        self.assert_summary(status="completed", exit_code=3, exit_status=0)


class Time(OverseeCase):
    def test_a_delay_that_cannot_be_lived_through_is_not_begun(self):
        ended = self.oversee("-r", "5", "-d", "1h", "--max-delay", "none", "-T", "30s", "sh", "-c", "exit 3")
        self.assertEqual(ended.status, 3)
        self.assertLess(ended.seconds, 15)
        self.assertIn(b"not tried again: --total-timeout leaves no time for it", ended.err)

    def test_the_total_timeout_ends_an_attempt(self):
        ended = self.oversee("-r", "5", *QUICK, "-T", "800ms", *counting("[ $n = 1 ] && exit 1; exec sleep 60"))
        self.assertEqual(ended.status, 124)
        summary = self.assert_summary(status="timed_out", reason="total_timeout")
        self.assertEqual(len(summary["attempts"]), 2)
        self.assertGreaterEqual(summary["duration_ms"], 800)

    def test_delays_grow(self):
        self.oversee("-r", "3", "-d", "50ms", "--jitter", "0", "--events", "events", "false")
        delays = [json.loads(line)["delay_ms"] for line in (self.work / "events").read_text().splitlines()
                  if '"retrying"' in line]
        self.assertEqual(delays, [50, 100, 200])

    def wait_between(self, *options, **started):
        run = self.start(OVERSEE, "-r", "1", "-d", "1h", *options, "sh", "-c", "echo first; exit 3", **started)
        run.expect(b"trying again", "err")
        return run

    def test_a_cancel_ends_a_delay_at_once(self):
        run = self.wait_between()
        run.signal(signal.SIGTERM)
        ended = run.finish()
        self.assertEqual(ended.status, -signal.SIGTERM)
        summary = self.assert_summary(status="cancelled", reason="signal")
        self.assertEqual([each["status"] for each in summary["attempts"]], ["failed"])
        self.assertRegex(ended.err.decode(), r"cancelled by TERM sent by pid \d+ before attempt 2 \(attempt 1: exit 3\)")
        self.assert_nothing_left(run)

    def test_a_cancelled_attempt_is_not_tried_again(self):
        run = self.start(OVERSEE, "-r", "5", *QUICK, "sh", "-c", "echo ready; exec sleep 60")
        run.expect(b"ready")
        run.signal(signal.SIGINT)
        self.assertEqual(run.finish().status, -signal.SIGINT)
        self.assertEqual(len(self.summary()["attempts"]), 1)

    def test_the_supervisor_killed_in_a_delay_leaves_a_record(self):
        run = self.wait_between()
        guard = guard_of(run.pid)
        run.signal(signal.SIGKILL)
        wait_until(lambda: process_state(guard) in (None, "Z"), "the guard is gone")
        summary = self.assert_summary(status="failed", reason="supervisor_lost")
        self.assertEqual([(each["number"], each["reason"]) for each in summary["attempts"]], [(1, "exit")])
        self.assert_nothing_left(run)

    def test_the_supervisor_killed_in_a_later_attempt_leaves_a_record_of_all(self):
        run = self.start(OVERSEE, "-r", "1", *QUICK, *counting("[ $n = 1 ] && exit 3; echo ready; exec sleep 60"))
        run.expect(b"ready")
        guard = guard_of(run.pid)
        run.signal(signal.SIGKILL)
        wait_until(lambda: process_state(guard) in (None, "Z"), "the guard is gone")
        summary = self.assert_summary(status="failed", reason="supervisor_lost")
        self.assertEqual([(each["number"], each["reason"]) for each in summary["attempts"]],
                         [(1, "exit"), (2, "supervisor_lost")])
        self.assertEqual(summary["attempts"][0]["exit_code"], 3)
        self.assert_nothing_left(run)

    def test_asked_in_a_delay_it_says_what_it_waits_for(self):
        run = self.wait_between("--sigusr1", "status", "--name", "job")
        run.signal(signal.SIGUSR1)
        run.expect_match(rb"oversee: job  waits \d+s for attempt 2 of 2\n", "err")

    def test_stopped_in_a_delay_and_continued(self):
        run = self.start(OVERSEE, "-r", "1", "-d", "700ms", "--jitter", "0", *counting("[ $n = 2 ]"))
        run.expect(b"trying again", "err")
        run.signal(signal.SIGTSTP)
        wait_until(lambda: process_state(run.pid) == "T", "stopped")
        # Longer than the delay; nothing depends on the exact time.
        subprocess.run(["sleep", "1"], check=True)
        self.assertEqual((self.work / "count").read_text(), "1\n")
        run.signal(signal.SIGCONT)
        self.assertEqual(run.finish().status, 0)


class Shown(OverseeCase):
    def test_only_the_last_attempts_stdout(self):
        ended = self.oversee("-r", "2", *QUICK, "--only-final", *counting("echo out $n; echo err $n >&2; [ $n = 2 ]"))
        self.assertEqual(ended.out, b"out 2\n")
        self.assertIn(b"err 1\n", ended.err)
        self.assertIn(b"err 2\n", ended.err)

    def test_also_where_it_fails(self):
        ended = self.oversee("-r", "1", *QUICK, "--only-final", *counting("echo out $n; exit 1"))
        self.assertEqual(ended.out, b"out 2\n")

    def test_all_of_it(self):
        ended = self.oversee("-r", "1", *QUICK, "--only-final", "--max-output", "1KiB", *counting("seq 200000; [ $n = 2 ]"))
        self.assertEqual(ended.out, b"".join(b"%d\n" % i for i in range(1, 200001)))

    def test_in_quiet_mode_a_failure_shows_the_last_attempt(self):
        ended = self.oversee("-q", "-r", "1", *QUICK, *counting("echo out $n; exit 1"))
        self.assertEqual(ended.out, b"out 2\n")
        self.assertNotIn(b"trying again", ended.err)

    def test_nothing_is_tried_again_for_a_reader_that_left(self):
        run = self.start(OVERSEE, "-r", "5", "-d", "1h", "yes", stdout=subprocess.PIPE)
        run.process.stdout.read(10)
        run.streams.pop(run.process.stdout.fileno())
        run.process.stdout.close()
        self.assertEqual(run.finish().status, -signal.SIGPIPE)
        self.assertEqual(len(self.summary()["attempts"]), 1)

    def test_a_line_of_ours_does_not_tear_the_commands(self):
        ended = self.oversee("-r", "1", *QUICK, *counting("printf half >&2; [ $n = 2 ]"))
        self.assertRegex(ended.err, rb"^half\noversee: attempt 1 of 2: ")


class BeforeRetry(OverseeCase):
    def test_the_line_is_run_between_attempts(self):
        ended = self.oversee("-r", "2", *QUICK, "--before-retry", 'echo reset $OVERSEE_ATTEMPT $OVERSEE_REASON | tee -a resets',
                             *counting("[ $n = 3 ]"))
        self.assertEqual(ended.status, 0)
        self.assertEqual((self.work / "resets").read_text(), "reset 2 exit\nreset 3 exit\n")
        self.assertEqual(ended.out, b"")
        log = self.log().decode()
        self.assertRegex(log, r"# before    \d\.\d{3}\| reset 2 exit\n")
        self.assertRegex(log, r"# before    exit 0 after ")
        self.assertEqual(self.summary()["attempts"][1]["before_retry"]["exit_code"], 0)
        self.assertNotIn("before_retry", self.summary()["attempts"][0])

    def test_it_is_waited_for(self):
        self.oversee("-r", "1", *QUICK, "--before-retry", "sleep 0.3; touch done", *counting("[ $n = 2 ] && test -e done"))
        self.assertEqual(len(self.summary()["attempts"]), 2)
        self.assert_summary(status="completed")

    def test_it_fails_and_is_told_of(self):
        ended = self.oversee("-r", "1", *QUICK, "--before-retry", "exit 7", *counting("[ $n = 2 ]"))
        self.assertEqual(ended.status, 0)
        self.assertRegex(ended.err, rb"oversee: warning: --before-retry: exit 7 after [^;]*; trying again all the same\n")

    def test_a_cancel_ends_it(self):
        run = self.start(OVERSEE, "-r", "1", *QUICK, "--before-retry", "touch begun; sleep 60", "false")
        wait_until((self.work / "begun").exists, "the line is run")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assert_nothing_left(run)

    def test_the_total_timeout_ends_it(self):
        ended = self.oversee("-r", "1", *QUICK, "-T", "500ms", "--before-retry", "sleep 60", "sh", "-c", "exit 3")
        self.assertEqual(ended.status, 3)
        self.assertIn(b"not tried again: --total-timeout leaves no time for it", ended.err)

    def test_it_has_the_time_of_an_attempt(self):
        ended = self.oversee("-r", "1", *QUICK, "-t", "400ms", "--before-retry", "sleep 60", *counting("[ $n = 2 ]"))
        self.assertEqual(ended.status, 0)
        self.assertTrue(self.summary()["attempts"][1]["before_retry"]["cut_short"])


if __name__ == "__main__":
    unittest.main()
