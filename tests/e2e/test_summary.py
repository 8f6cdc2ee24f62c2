"""The JSON summary: it follows its schema, is true for every kind of end, and shows the current state of a live run;
the line on stderr agrees with it."""

import json
import os
import re
import signal
import sys
import unittest
from datetime import datetime, timezone
from subprocess import PIPE

import jsonschema

from harness import OVERSEE, RUN_ID, SOURCE_ROOT, OverseeCase, helper, wait_until

SCHEMA = SOURCE_ROOT / "docs" / "summary.schema.json"


def date(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)


class SummaryCase(OverseeCase):
    def valid(self, document):
        schema = json.loads(SCHEMA.read_text())
        validator = jsonschema.validators.validator_for(schema)
        validator.check_schema(schema)
        validator(schema).validate(document)
        return document

    def assert_valid_summary(self, **expected):
        summary = self.valid(self.assert_summary(**expected))
        self.assertEqual(len(summary["attempts"]), 1)
        (attempt,) = summary["attempts"]
        for key in ("status", "reason", "exit_code", "signal"):
            self.assertEqual(attempt[key], summary[key])
        self.assertLessEqual(attempt["duration_ms"], summary["duration_ms"])
        self.assertEqual(attempt["unkilled"], [])
        return summary


class Ends(SummaryCase):
    """Every kind of end."""

    def test_success(self):
        ended = self.oversee("echo", "hi")
        summary = self.assert_valid_summary(schema=1, name="echo", command=["echo", "hi"], directory=str(self.work),
                                            status="completed", reason="exit", exit_code=0, signal=None, exit_status=0,
                                            flaky=False)
        self.assertRegex(summary["run_id"], rf"\A{RUN_ID.pattern}\Z")
        self.assertEqual(summary["log"], {"path": str(self.the_only(".log")), "format": "tagged", "complete": True})
        line = rf"\Aoversee: completed: exit 0 after \S+ \[log {self.the_only('.log')}\]\n\Z"
        self.assertRegex(ended.err.decode(), line)

    def test_failure(self):
        ended = self.oversee("sh", "-c", "exit 3")
        self.assert_valid_summary(status="failed", reason="exit", exit_code=3, signal=None, exit_status=3)
        self.assertTrue(ended.err.startswith(b"oversee: failed: exit 3 after "))

    def test_death_by_a_signal(self):
        ended = self.oversee(helper("exit_with"), "signal", signal.SIGSEGV.value)
        self.assert_valid_summary(status="failed", reason="signal", exit_code=None, signal="SEGV", exit_status=139)
        self.assertTrue(ended.err.startswith(b"oversee: failed: killed by signal SEGV after "))

    def test_timeout(self):
        ended = self.oversee("-t", "200ms", "sleep", 99)
        summary = self.assert_valid_summary(status="timed_out", reason="timeout", exit_code=None, signal="TERM",
                                            exit_status=124)
        self.assertFalse(summary["attempts"][0]["forced"])
        self.assertGreaterEqual(summary["attempts"][0]["duration_ms"], 200)
        self.assertLess(summary["duration_ms"], ended.seconds * 1000 + 1)
        self.assertEqual(summary["settings"]["timeout"], "200ms")
        self.assertTrue(ended.err.startswith(b"oversee: timed out after "))

    def test_cancel(self):
        run = self.start(OVERSEE, "sleep", 99)
        wait_until(lambda: self.files() and self.running(), "a record")
        run.signal(signal.SIGHUP)
        ended = run.finish()
        summary = self.assert_valid_summary(status="cancelled", reason="signal", signal="HUP", exit_status=129)
        self.assertEqual(summary["attempts"][0]["cancelled_by"], {"signal": "HUP", "pid": os.getpid()})
        self.assertTrue(ended.err.startswith(b"oversee: cancelled"))
        self.assertIn(str(os.getpid()).encode(), ended.err)

    def test_not_found(self):
        ended = self.oversee("no-such-command")
        summary = self.assert_valid_summary(status="failed", reason="not_found", exit_code=None, signal=None,
                                            exit_status=127)
        self.assertEqual(summary["attempts"][0]["spawn_failure"]["subject"], "no-such-command")
        self.assertEqual(ended.err.count(b"\n"), 1)

    def test_not_executable(self):
        self.oversee(str(self.tmp))
        self.assert_valid_summary(status="failed", reason="not_executable", exit_code=None, exit_status=126)

    def test_leaked(self):
        ended = self.oversee(helper("daemon"), 0)
        summary = self.assert_valid_summary(status="completed", exit_code=0)
        self.assertEqual(summary["attempts"][0]["leaked"],
                         [{"pid": int(ended.out.split()[1]), "command": f"{helper('daemon')} 0",
                           "holds": ["stdout", "stderr"]}])

    def test_a_lost_guard(self):
        run = self.start(OVERSEE, "sh", "-c", "kill -KILL $PPID; sleep 99")
        self.assertEqual(run.finish().status, 125)
        self.assert_valid_summary(status="failed", reason="supervisor_lost", exit_status=125)

    def running(self):
        try:
            return self.summary()["status"] == "running"
        except json.JSONDecodeError:
            return False


class Numbers(SummaryCase):
    def test_dates_and_durations(self):
        before = datetime.now(timezone.utc)
        ended = self.oversee("sleep", "0.2")
        after = datetime.now(timezone.utc)
        summary = self.assert_valid_summary(exit_code=0)
        started, finished = date(summary["started_at"]), date(summary["finished_at"])
        self.assertLessEqual(before.timestamp() - 0.001, started.timestamp())
        self.assertLessEqual(finished, after)
        self.assertAlmostEqual((finished - started).total_seconds() * 1000, summary["duration_ms"], delta=2)
        self.assertGreaterEqual(summary["attempts"][0]["duration_ms"], 200)
        self.assertLessEqual(summary["duration_ms"], ended.seconds * 1000 + 1)
        self.assertEqual(summary["run_id"][:15], started.strftime("%Y%m%d-%H%M%S"))

    def test_bytes_and_lines(self):
        self.oversee("sh", "-c", "printf 'a\\nb\\nc'; printf 'x\\n' >&2")
        (attempt,) = self.assert_valid_summary(exit_code=0)["attempts"]
        self.assertEqual(attempt["stdout"], {"bytes": 5, "lines": 2, "captured": 5, "omitted": 0})
        self.assertEqual(attempt["stderr"], {"bytes": 2, "lines": 1, "captured": 2, "omitted": 0})

    def test_bytes_and_lines_of_much(self):
        self.oversee("sh", "-c", "yes | head -c 9999999")
        stream = self.assert_valid_summary(exit_code=0)["attempts"][0]["stdout"]
        self.assertEqual((stream["bytes"], stream["lines"]), (9999999, 4999999))

    def test_cpu_time_and_memory_of_the_whole_tree(self):
        self.file("busy.py", "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\n"
                             "x = bytearray(60 << 20)\n")
        self.oversee("sh", "-c", f"{sys.executable} busy.py; true")
        (attempt,) = self.assert_valid_summary(exit_code=0)["attempts"]
        self.assertGreaterEqual(attempt["cpu_user_ms"] + attempt["cpu_system_ms"], 300)
        self.assertGreater(attempt["max_rss_bytes"], 60 << 20)
        self.assertEqual((attempt["memory_peak_of"], attempt["memory_peak_bytes"]),
                         ("largest_process", attempt["max_rss_bytes"]))
        self.assertEqual(attempt["usage_accuracy"], "lower_bound")
        self.assertGreater(attempt["voluntary_switches"], 0)
        self.assertNotIn("limits", attempt, "none was asked for")
        self.assertEqual(attempt["processes"], 1, "Python is the shell's to reap; its usage is in the shell's")

    def test_orphans_are_counted(self):
        self.oversee("sh", "-c", "(setsid sh -c 'exit 3' &); (setsid true &); exit 0")
        (attempt,) = self.assert_valid_summary(exit_code=0)["attempts"]
        self.assertEqual(attempt["processes"], 3)


class Documents(SummaryCase):
    def test_while_it_runs_the_record_says_running_with_its_pid(self):
        run = self.start(OVERSEE, "-t", "1h", "sh", "-c", "echo up; read x", stdin=PIPE)
        run.expect(b"up\n")
        summary = self.valid(self.assert_summary(status="running", pid=run.pid))
        self.assertEqual(summary["command"], ["sh", "-c", "echo up; read x"])
        self.assertNotIn("exit_status", summary)
        self.assertNotIn("finished_at", summary)
        self.assertTrue((self.records / f"{summary['run_id']}.log").exists())
        run.process.stdin.close()
        run.finish()
        self.assert_valid_summary(status="failed", pid=run.pid, run_id=summary["run_id"],
                                  started_at=summary["started_at"])

    def test_another_file_has_the_same(self):
        self.oversee("--json", "own.json", "--name", "nightly", "echo", "hi")
        text = (self.work / "own.json").read_bytes()
        self.assertEqual(text, self.the_only(".json").read_bytes())
        self.assert_valid_summary(name="nightly")
        self.assertTrue(text.endswith(b"}\n"))
        self.assertEqual(sorted(each.name for each in self.work.iterdir()), ["own.json"], "no temporary file is left")

    def test_another_file_is_written_where_a_link_leads(self):
        target = self.file("target", "of an earlier run")
        (self.work / "own.json").symlink_to(target)
        self.assertEqual(self.oversee("--json", "own.json", "true").status, 0)
        self.assertTrue((self.work / "own.json").is_symlink())
        self.valid(json.loads((self.work / "own.json").read_text()))

    def test_another_place_that_is_no_file_is_written_to(self):
        self.assertEqual(self.oversee("--json", "/dev/null", "true").status, 0)
        reader, writer = os.pipe()
        run = self.start(OVERSEE, "--json", f"/dev/fd/{writer}", "true", pass_fds=(writer,))
        self.assertEqual(run.finish().status, 0)
        os.close(writer)
        with open(reader, "rb") as pipe:
            self.valid(json.loads(pipe.read()))

    def test_a_lost_file_costs_a_success_its_status_and_a_failure_nothing(self):
        for status, expected in ((0, 125), (4, 4)):
            with self.subTest(status=status):
                ended = self.oversee("--json", "/dev/full", "sh", "-c", f"exit {status}")
                self.assertEqual(ended.status, expected)
                self.assertIn(b"/dev/full", ended.err)

    def test_any_bytes_make_valid_text(self):
        words = r"""$'\xff\x01\n\t"\\\x7f' $'\xc3\xa9' $'\xed\xa0\x80'"""
        ended = self.run_plain("bash", "-c", f"{OVERSEE} sh -c 'exit 3' {words}")
        self.assertEqual(ended.status, 3)
        words = self.assert_valid_summary(exit_code=3)["command"][3:]
        self.assertEqual(words[0][1:], '\x01\n\t"\\\x7f')
        self.assertEqual(words[1], "é")
        self.assertTrue(set(words[2]) == {"\ufffd"})


class Line(SummaryCase):
    """The line on stderr."""

    def test_when(self):
        for when, success, failure in (("always", 1, 1), ("failure", 0, 1), ("never", 0, 0)):
            with self.subTest(when=when):
                self.assertEqual(self.oversee("--summary", when, "true").err.count(b"\n"), success)
                self.assertEqual(self.oversee("--summary", when, "false").err.count(b"\n"), failure)

    def test_a_record_is_kept_in_any_case(self):
        self.oversee("--summary", "never", "true")
        self.assert_valid_summary(status="completed")

    def test_leaked_processes_are_named_in_it(self):
        ended = self.oversee(helper("daemon"), 0)
        self.assertRegex(ended.err.decode(), rf"; 1 process outlived it .*: {re.escape(helper('daemon'))} 0 "
                                             rf"\({int(ended.out.split()[1])}\) \[log ")


if __name__ == "__main__":
    unittest.main()
