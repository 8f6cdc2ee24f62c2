"""oversee show: a page about a run, from its record and the end of its log."""

import json
import signal
import unittest

from harness import OVERSEE, RUN_ID, helper, wait_until
from run_records import RecordsCase
from terminal import lines_at


class Show(RecordsCase):
    def rows(self, *arguments):
        """The page's rows by label, and its other lines."""
        rows, others, label = {}, [], None
        for line in self.told("show", *(arguments or ("last",))).splitlines():
            if line.startswith("  | ") or line.endswith(":") or not line:
                others.append(line)
                continue
            label = line[:11].strip() or label
            rows.setdefault(label, []).append(line[11:])
        return rows, others

    def test_a_failure_after_retries(self):
        script = "echo 'a.c:1: error: no such thing'; seq 30; exit 3"
        self.oversee("-r", "1", "-d", "1ms", "-t", "1m", "--name", "build", "--label", "team=core", "sh", "-c", script)
        rows, others = self.rows()
        self.assertEqual(rows["name"], ["build"])
        self.assertEqual(rows["labels"], ["team=core"])
        self.assertIn("seq 30", rows["command"][0])
        self.assertEqual(rows["directory"], [str(self.work)])
        self.assertRegex(rows["started"][0], r"^20\d\d-\d\d-\d\dT\S+Z, (now|\d+s ago)$")
        self.assertRegex(rows["status"][0], r"^failed: exit 3 after \S+ in attempt 2 \(attempt 1: exit 3\)$")
        self.assertEqual(rows["exit"], ["3"])
        self.assertRegex(rows["used"][0], r"^cpu \S+ user \S+ system  memory ")
        self.assertRegex(rows["attempts"][0], r"^1  exit 3 after ")
        self.assertRegex(rows["attempts"][1], r"^2  exit 3 after ")
        self.assertEqual(rows["settings"], ["timeout 1m  retries 1"])
        self.assertEqual(others, ["", "first error:", "  | a.c:1: error: no such thing", "", "last 10 lines:",
                                  *(f"  | {each}" for each in range(21, 31)), ""])
        run = RUN_ID.search(rows["run"][0]).group()
        self.assertEqual(rows["log"], [str(self.records / f"{run}.log"), f"oversee logs {run}"])

    def test_a_success_has_no_digest(self):
        self.oversee("echo", "hello")
        rows, others = self.rows()
        self.assertRegex(rows["status"][0], r"^completed: exit 0 after ")
        self.assertEqual(others, [""])
        self.assertNotIn("attempts", rows)

    def test_what_was_found_before_and_after_a_stop(self):
        self.oversee("-t", "200ms", "sh", "-c", "sleep 60; true")
        rows, _ = self.rows()
        self.assertRegex(rows["status"][0], r"^timed out after ")
        self.assertRegex(rows["evidence"][0], r"sh \d+ waits for its child sleep \d+")
        self.oversee("--leak-timeout", "1ms", helper("daemon"), "0")
        rows, _ = self.rows()
        self.assertRegex(rows["leaked"][0], r"^pid \d+  .*daemon.*killed$")

    def test_a_limit_that_was_passed(self):
        self.oversee("--max-procs", "3", "--cgroup", "never", "sh", "-c", "sleep 60 & sleep 60 & sleep 60 & sleep 60 & wait")
        rows, _ = self.rows()
        self.assertRegex(rows["passed"][0], r"^processes: \d of 3$")
        self.assertRegex(rows["limits"][0], r"^processes 3 by sampling")

    def test_logs_of_all_kinds(self):
        # On one stream only: with two, either may come last.
        script = "seq 100000; echo 'fatal: the end'; exit 1"
        for options in ((), ("--log-format", "raw"), ("--max-output", "2KiB", "--on-overflow", "spill"),
                        ("--max-output", "2KiB")):
            with self.subTest(options=options):
                self.oversee(*options, "--show", "never", "sh", "-c", script)
                _, others = self.rows()
                self.assertIn("  | fatal: the end", others)
                self.assertIn("  | 99999", others)
                self.assertLessEqual(len(others), 16)
        self.oversee("--no-log", "sh", "-c", script)
        rows, others = self.rows()
        self.assertNotIn("log", rows)
        self.assertEqual(others, [])

    def test_json_is_the_record_as_it_is(self):
        self.oversee("false")
        ended = self.oversee("show", "last", "--format", "json")
        self.assertEqual(ended.out, self.the_only(".json").read_bytes())

    def test_one_that_lives(self):
        run = self.start(OVERSEE, "sh", "-c", "echo one; echo two; exec sleep 60")
        run.expect(b"two")
        # Where the temporary directory is on a disk, the log is written a moment after the output is shown.
        wait_until(lambda: "last 2 lines so far:" in self.rows()[1], "the lines in the log")
        rows, _ = self.rows()
        self.assertRegex(rows["status"][0], rf"^running for \S+, attempt 1, by oversee with pid {run.pid}$")
        self.assertNotIn("exit", rows)
        run.signal(signal.SIGTERM)
        run.finish()

    def test_one_that_is_lost_or_has_not_begun(self):
        run = self.make(3600, status="running", pid=1, pid_born_ms=1)
        rows, _ = self.rows(run)
        self.assertRegex(rows["status"][0], r"^lost: oversee \(pid 1\) is gone")
        empty = f"{self.now:%Y%m%d-%H%M%S}-zzzz"
        (self.records / f"{empty}.json").touch()
        rows, _ = self.rows(empty)
        self.assertRegex(rows["status"][0], r"^pending: ")
        self.assert_refused("show", empty, "--format", "json", culprit=empty)

    def test_at_a_terminal_it_fits(self):
        self.oversee("--show", "never", "sh", "-c", f"echo {'y' * 300}; : {'word ' * 60}; exit 1")
        for columns in (80, 200):
            lines = lines_at(self, columns, f"{OVERSEE} show last")
            with self.subTest(columns=columns):
                self.assertLessEqual(max(map(len, lines)), columns)
                self.assertTrue(any(line.startswith("  | yyyy") and len(line) == columns for line in lines), lines)

    def test_output_is_harmless(self):
        self.oversee("--show", "never", "printf", "\\033[2Jwiped\\n", "--")
        self.oversee("--show", "never", "sh", "-c", "printf '\\033[2Jwiped\\n'; exit 1")
        page = self.told("show", "last")
        self.assertNotIn("\x1b", page)
        self.assertIn("  | wiped\n", page)

    def test_what_is_refused(self):
        self.assert_refused("show", "last", culprit="none is recorded")
        run = self.make(10)
        self.assert_refused("show", "99999999", culprit=run)
        self.assert_refused("show", culprit="RUN")
        (self.records / f"{run}.json").write_text(json.dumps({}))
        self.assert_refused("show", run, culprit="not a summary")


if __name__ == "__main__":
    unittest.main(verbosity=2)
