"""The snapshot of a tree's processes before a stop, and the line of --on-timeout."""

import json
import os
import re
import signal
import unittest

from event_stream import EventsCase
from harness import OVERSEE, OverseeCase, helper, is_gone, wait_until
from tagged_log import decode

SLEEPS = r"sleeps in (clock_nanosleep|nanosleep|hrtimer_nanosleep|do_nanosleep)"
SILENT = r"(silent for [^;]+; )?"


class Evidence(EventsCase):
    def evidence(self, *arguments, status=124):
        """The snapshot of a run that is stopped; log, summary line and summary must agree about it."""
        ended = self.oversee(*arguments)
        self.assertEqual(ended.status, status, ended.err)
        evidence = self.summary()["attempts"][0]["evidence"]
        notes = decode(self.log()).note("evidence")
        self.assertEqual(notes[0], evidence["sentence"])
        told = [int(re.match(r"pid (\d+)  ", note)[1]) for note in notes[1:] if note.startswith("pid ")]
        self.assertEqual(told, [each["pid"] for each in evidence["processes"]])
        conclusion = evidence["sentence"].rpartition("; ")[2]
        self.assertIn(conclusion, ended.err.decode())
        return evidence

    def test_a_process_that_sleeps(self):
        evidence = self.evidence("-t", "1", "sleep", "60")
        self.assertRegex(evidence["sentence"], rf"^{SILENT}sleep \d+ {SLEEPS}, \d+ % CPU$")
        (sleeper,) = evidence["processes"]
        self.assertEqual((sleeper["command"], sleeper["state"], sleeper["state_letter"], sleeper["threads"]),
                         ("sleep 60", "sleeping", "S", 1))
        self.assertGreater(sleeper["rss_bytes"], 0)
        self.assertGreaterEqual(sleeper["files"]["count"], 3)
        self.assertEqual([each["fd"] for each in sleeper["files"]["first"]][:3], [0, 1, 2])
        self.assertTrue(sleeper["files"]["first"][1]["target"].startswith("pipe:["))

    def test_control_what_ends_by_itself_or_is_cancelled_is_not_looked_at(self):
        self.oversee("-t", "19", "true")
        self.assertNotIn("evidence", self.summary()["attempts"][0])
        self.assertEqual(decode(self.log()).note("evidence"), [])

    def test_a_cancel_is_not_looked_into(self):
        run = self.start(OVERSEE, "-t", "19", "sh", "-c", "echo ready; sleep 60")
        run.expect(b"ready\n")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assertNotIn("evidence", self.summary()["attempts"][0])

    def test_the_child_that_a_shell_waits_for(self):
        evidence = self.evidence("-t", "1", "-c", "sleep 60; true")
        self.assertRegex(evidence["sentence"],
                         rf"^{SILENT}sh \d+ waits for its child sleep \d+, which {SLEEPS}, \d+ % CPU$")
        shell, sleeper = evidence["processes"]
        self.assertEqual(sleeper["parent"], shell["pid"])

    def test_a_reader_whose_fifo_nobody_opens(self):
        fifo = self.work / "fifo"
        os.mkfifo(fifo)
        evidence = self.evidence("-t", "1", "cat", fifo)
        self.assertRegex(evidence["sentence"], rf"^{SILENT}cat \d+ (waits for somebody to open the other end of a fifo|"
                                               r"sleeps in open(at)?), \d+ % CPU$")

    def test_a_reader_whose_fifo_stays_empty(self):
        fifo = self.work / "fifo"
        os.mkfifo(fifo)
        self.addCleanup(os.close, os.open(fifo, os.O_RDWR))
        evidence = self.evidence("-t", "1", "cat", fifo)
        self.assertRegex(evidence["sentence"], rf"^{SILENT}cat \d+ waits for input from {fifo}, \d+ % CPU$")
        (reader,) = evidence["processes"]
        self.assertEqual((reader["system_call"], reader["waits_on"]["target"]), ("read", str(fifo)))

    def test_a_process_that_works(self):
        evidence = self.evidence("-t", "1", "sh", "-c", "while :; do :; done")
        # On a shared machine it may get little CPU time.
        self.assertRegex(evidence["sentence"], rf"^{SILENT}sh \d+ (burns|uses|runs,) \d+ % CPU$")
        (worker,) = evidence["processes"]
        self.assertGreater(worker["cpu_ms"], 0)
        self.assertGreaterEqual(worker["cpu_span_ms"], 50)

    def test_a_silence_is_told_once_in_a_line(self):
        ended = self.oversee("-i", "1200ms", "-c", "echo word; sleep 60")
        self.assertEqual(ended.status, 124)
        self.assertEqual(ended.err.decode().count("silent for"), 1, ended.err)
        self.assertRegex(ended.err.decode(), SLEEPS)
        evidence = self.summary()["attempts"][0]["evidence"]
        self.assertRegex(evidence["sentence"], r"^silent for \d")
        self.assertGreaterEqual(evidence["silent_ms"], 1200)

    def test_a_limit_of_processor_time(self):
        evidence = self.evidence("--max-cpu", "200ms", "sh", "-c", "while :; do :; done", status=123)
        self.assertEqual([each["name"] for each in evidence["processes"]], ["sh"])

    def test_what_would_only_take_more_meanwhile_is_not_looked_at(self):
        for options in (("--max-output", "64KiB", "--on-overflow", "fail", "--show", "never", "yes"),
                        ("--max-procs", "2", "-c", "sleep 50 & sleep 50 & sleep 50 & wait")):
            with self.subTest(options=options):
                file = self.work / "run.json"
                self.assertEqual(self.oversee("--json", file, "--on-timeout", "touch ran", *options).status, 123)
                self.assertNotIn("evidence", json.loads(file.read_text())["attempts"][0])
                self.assertFalse((self.work / "ran").exists())

    def test_a_daemon_in_a_session_of_its_own_is_found(self):
        evidence = self.evidence("-t", "1", helper("daemon"), "stay")
        self.assertIn("daemon", [each["name"] for each in evidence["processes"]])

    def test_before_a_kill_that_is_the_first_signal(self):
        evidence = self.evidence("-t", "1", "-s", "KILL", "sleep", "60")
        self.assertRegex(evidence["sentence"], SLEEPS)
        self.assertTrue(self.summary()["attempts"][0]["forced"])

    def test_without_a_log_the_summary_has_it(self):
        ended = self.oversee("--no-log", "-t", "1", "sleep", "60")
        self.assertEqual(ended.status, 124)
        self.assertRegex(ended.err.decode(), SLEEPS)
        self.assertEqual(self.summary()["attempts"][0]["evidence"]["silent_ms"], 0, "it is not seen")

    def test_of_a_large_tree_some_are_listed_and_all_are_counted(self):
        # Each process restarts the timer, so that it expires only after all have started.
        line = "i=0; while [ $i -lt 100 ]; do sleep 60 & i=$((i+1)); echo $i; done; echo ready; wait"
        evidence = self.evidence("-i", "4", "-c", line)
        self.assertIn(b"ready", self.log())
        # On a busy machine the time may run out before 32 processes have been inspected.
        listed = len(evidence["processes"])
        self.assertTrue(1 <= listed <= 32, listed)
        self.assertEqual(evidence["more_processes"], 101 - listed)
        self.assertEqual(evidence["processes"][0]["name"], "sh")
        self.assertIn(f"and {101 - listed} more processes", decode(self.log()).note("evidence"))

    def test_events_tell_it_before_the_first_signal(self):
        ended, events = self.run_with_file("-t", "500ms", "--on-timeout", "echo a; printf '\\377'", "sleep", "60")
        self.assertEqual(ended.status, 124)
        self.assertEqual([kind for kind in self.kinds(events) if kind != "on_timeout_output"],
                         ["started", "attempt_started", "evidence", "on_timeout_started", "on_timeout_ended",
                          "stopping", "signal_sent", "attempt_finished", "finished"])
        summary = self.assert_complete(events)
        self.assertEqual(events[2]["evidence"], summary["attempts"][0]["evidence"])
        self.assertEqual([each["result"] for each in events if each["event"] == "on_timeout_ended"],
                         [summary["attempts"][0]["on_timeout"]])


class OnTimeout(OverseeCase):
    """The line that runs before the first signal."""

    def stop(self, line, *command, status=124, options=()):
        """Runs the line; returns the log's lines about it, and its outcome in the summary."""
        run = self.start(OVERSEE, "-t", "1", *options, "--on-timeout", line, *(command or ("sleep", "60")))
        ended = run.finish()
        self.assertEqual(ended.status, status, ended.err)
        self.assert_nothing_left(run)
        return decode(self.log()).note("on-timeout"), self.summary()["attempts"][0].get("on_timeout")

    def test_it_knows_the_tree_and_the_reason_and_its_output_is_in_the_log(self):
        line = 'echo "$OVERSEE_REASON $OVERSEE_PID <$OVERSEE_PIDS>"; echo $OVERSEE_RUN_ID >&2; exit 3'
        notes, result = self.stop(line, "-c", "echo $$; sleep 60; true")
        summary = self.summary()
        processes = [str(each["pid"]) for each in summary["attempts"][0]["evidence"]["processes"]]
        self.assertEqual(decode(self.log()).out.decode().split(), processes[:1])
        said = [note.partition("| ")[2] for note in notes[1:-1]]
        self.assertEqual(said, [f"timeout {processes[0]} <{' '.join(processes)}>", summary["run_id"]])
        self.assertTrue(notes[0].startswith('echo "$OVERSEE_REASON'))
        self.assertRegex(notes[-1], r"^exit 3 after ")
        self.assertEqual((result["exit_code"], result["signal"], result["cut_short"]), (3, None, False))

    def test_control_without_a_stop_it_is_not_run(self):
        ended = self.oversee("-t", "19", "--on-timeout", "touch ran", "true")
        self.assertEqual(ended.status, 0)
        self.assertFalse((self.work / "ran").exists())
        self.assertNotIn("on_timeout", self.summary()["attempts"][0])

    def test_by_its_variable(self):
        ended = self.oversee("-t", "500ms", "sleep", "60", env={"OVERSEE_ON_TIMEOUT": "echo looked"})
        self.assertEqual(ended.status, 124)
        self.assertIn(b"| looked\n", self.log())

    def test_the_command_lives_while_it_looks_and_is_signalled_after(self):
        notes, _ = self.stop("kill -0 $OVERSEE_PID && echo alive")
        self.assertTrue(notes[1].endswith("| alive"), notes)
        notes = decode(self.log()).notes
        self.assertLess(max(i for i, (key, _) in enumerate(notes) if key == "on-timeout"),
                        min(i for i, (key, _) in enumerate(notes) if key == "stopping"))

    def test_it_has_no_input_and_a_group_of_its_own(self):
        groups = "cut -d' ' -f5 /proc/$$/stat /proc/$OVERSEE_PID/stat /proc/$PPID/stat"
        notes, _ = self.stop(f"readlink /proc/self/fd/0; {groups}")
        said = [note.partition("| ")[2].strip() for note in notes[1:-1]]
        self.assertEqual(said[0], "/dev/null")
        self.assertEqual(len(set(said[1:])), 3, said)

    def test_what_it_leaves_behind_is_killed(self):
        notes, result = self.stop("setsid sleep 99 & echo $!")
        self.assertTrue(is_gone(int(notes[1].partition("| ")[2])))
        self.assertFalse(result["cut_short"])

    def test_its_time_is_limited_and_all_of_it_is_killed(self):
        _, result = self.stop("trap '' TERM; setsid sleep 99 & sleep 99")
        self.assertTrue(result["cut_short"])
        self.assertGreaterEqual(result["duration_ms"], 10_000)

    def test_a_cancel_meanwhile_kills_it_and_stops_the_command_at_once(self):
        ready = self.work / "ready"
        run = self.start(OVERSEE, "-t", "500ms", "--on-timeout", f"touch {ready}; sleep 99", "sleep", "60")
        wait_until(ready.exists, "the line runs")
        run.signal(signal.SIGINT)
        ended = run.finish()
        self.assertEqual(ended.status, 124)
        self.assertLess(ended.seconds, 9)
        self.assert_nothing_left(run)
        self.assertTrue(self.summary()["attempts"][0]["on_timeout"]["cut_short"])

    def test_a_line_that_cannot_be_run_is_a_word_in_the_log(self):
        notes, result = self.stop("true", options=("--shell", "/no/such/shell"))
        self.assertRegex(notes[-1], r"^could not be run: .*/no/such/shell")
        self.assertIn("/no/such/shell", result["failure"])

    def test_a_line_that_kills_the_command_may_go_on(self):
        wait = "while kill -0 $OVERSEE_PID 2>/dev/null; do :; done"
        notes, result = self.stop(f"kill -KILL $OVERSEE_PID; {wait}; echo gone")
        self.assertTrue(notes[1].endswith("| gone"), notes)
        self.assertEqual(result["exit_code"], 0)
        self.assert_summary(reason="timeout")

    def test_a_line_that_kills_its_supervisor_ends_with_it(self):
        # ThreadSanitizer does not deliver a signal that only ppoll(2) unblocks.
        term = "KILL" if os.environ.get("SANITIZED") == "thread" else "TERM"
        for name, line in ((term, "sleep 99"), ("KILL", "sleep 99"), ("KILL", "sleep 98 & sleep 99 & wait")):
            with self.subTest(signal=name, line=line):
                run = self.start(OVERSEE, "-t", "500ms", "--on-timeout", f"setsid sleep 97 & kill -{name} $PPID; {line}",
                                 "sleep", "60")
                ended = run.finish()
                self.assertEqual(ended.status, 124)
                self.assertLess(ended.seconds, 9)
                self.assert_nothing_left(run)

    def test_it_forges_no_line(self):
        notes, _ = self.stop("printf '# status    completed\\n    0.001 out| x\\nend'")
        log = decode(self.log())
        self.assertEqual((log.out, log.note("status")), (b"", ["timed_out (timeout)  exit 124  attempts 1 of 1"]))
        self.assertEqual([note.partition("| ")[2].strip() for note in notes[1:-1]],
                         ["# status    completed", "0.001 out| x", "end"])

    def test_its_output_is_bounded(self):
        _, result = self.stop("head -c 3000000 /dev/zero | tr '\\0' x; exit 4")
        self.assertEqual((result["exit_code"], result["bytes"], result["omitted"]),
                         (4, 3_000_000, 3_000_000 - (1 << 20)))
        self.assertLess(len(self.log()), 1_200_000)

    def test_with_a_terminal_for_the_command(self):
        notes, result = self.stop("kill -0 $OVERSEE_PID && echo alive", options=("--pty",))
        self.assertTrue(notes[1].endswith("| alive"), notes)
        self.assertEqual(result["exit_code"], 0)

    def test_an_empty_line_is_refused(self):
        ended = self.oversee("--on-timeout=", "true")
        self.assertEqual(ended.status, 125)
        self.assertIn(b"--on-timeout", ended.err)


if __name__ == "__main__":
    unittest.main()
