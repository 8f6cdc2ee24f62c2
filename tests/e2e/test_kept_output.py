"""Where output is stored in addition: spilled output, a limit that stops, copies, the raw log, a required log."""

import json
import os
import unittest

from harness import OVERSEE, OverseeCase
from tagged_log import decode


class Overflow(OverseeCase):
    def test_a_command_that_writes_too_much_is_stopped_and_has_failed(self):
        ended = self.oversee("--max-output", "64KiB", "--on-overflow", "fail", "--stdin", "/dev/null", "yes")
        self.assertEqual(ended.status, 123)
        self.assertIn(b"wrote more than --max-output allows", ended.err)
        self.assert_summary(status="failed", reason="output_limit", exit_status=123)

    def test_also_where_it_has_exited_0_by_itself(self):
        for _ in range(20 if "SANITIZED" in os.environ else 500):
            run = self.start(OVERSEE, "--no-log", "--summary", "never", "--max-output", "1000", "--on-overflow", "fail",
                             "seq", "1000")
            self.assertEqual(run.finish().status, 123)
            run.close()

    def test_control_what_fits_succeeds(self):
        ended = self.oversee("--max-output", "3893", "--on-overflow", "fail", "seq", "1000")
        self.assertEqual(ended.status, 0)
        ended = self.oversee("--max-output", "3892", "--on-overflow", "fail", "seq", "1000")
        self.assertEqual(ended.status, 123)

    def test_each_stream_has_its_own_limit(self):
        line = "seq 200; seq 200 >&2"
        self.assertEqual(self.oversee("--max-output", "700", "--on-overflow", "fail", "-c", line).status, 0)

    def test_spilled_output_is_whole(self):
        out = b"".join(b"%d\n" % number for number in range(1, 50_001))
        err = b"".join(b"%d\n" % number for number in range(1, 2001))
        ended = self.oversee("--max-output", "10KiB", "--on-overflow", "spill", "-c", "seq 50000; seq 2000 >&2; exit 3")
        self.assertEqual((ended.status, ended.out), (3, out))
        log = decode(self.log())
        self.assertEqual(log.out + self.the_only(".stdout").read_bytes(), out)
        self.assertEqual(log.err + self.the_only(".stderr").read_bytes() if len(err) > 10240 else log.err, err)
        stream = self.summary()["attempts"][0]["stdout"]
        self.assertEqual(stream["omitted"], 0)
        self.assertEqual(stream["captured"], len(out))
        self.assertEqual(stream["spilled"], self.the_only(".stdout").stat().st_size)
        self.assertEqual(stream["spill_file"], str(self.the_only(".stdout")))
        self.assertEqual(self.the_only(".stdout").stat().st_mode & 0o777, 0o600)

    def test_without_overflow_there_is_no_spill_file(self):
        self.oversee("--on-overflow", "spill", "echo", "short")
        self.assertEqual([each for each in self.files() if each.endswith((".stdout", ".stderr"))], [])

    def test_a_word_that_is_none_of_them(self):
        ended = self.oversee("--on-overflow", "drop", "touch", "ran")
        self.assertEqual(ended.status, 125)
        self.assertIn(b"--on-overflow: cannot read 'drop'; expected truncate, fail or spill", ended.err)
        self.assertFalse((self.work / "ran").exists())


class Copies(OverseeCase):
    def test_each_stream_in_its_file(self):
        ended = self.oversee("--stdout-file", "o", "--stderr-file", "e", "-c", r"printf 'a\0b\r\nc'; echo e >&2; exit 4")
        self.assertEqual((ended.status, ended.out), (4, b"a\0b\r\nc"))
        self.assertEqual((self.work / "o").read_bytes(), b"a\0b\r\nc")
        self.assertEqual((self.work / "e").read_bytes(), b"e\n")

    def test_both_in_one_file(self):
        self.oversee("--stdout-file", "both", "--stderr-file", "both", "-c", "echo out; sleep 0.1; echo err >&2")
        self.assertEqual((self.work / "both").read_bytes(), b"out\nerr\n")

    def test_without_a_log_too_and_beyond_the_logs_limit(self):
        self.oversee("--no-log", "--max-output", "10", "--stdout-file", "o", "seq", "1000")
        self.assertEqual((self.work / "o").stat().st_size, 3893)

    def test_a_copy_that_is_lost_is_no_success(self):
        ended = self.oversee("--stdout-file", "/dev/full", "echo", "hi")
        self.assertEqual((ended.status, ended.out), (125, b"hi\n"))
        self.assertIn(b"cannot write the copy of stdout: No space left on device", ended.err)
        self.assertEqual(self.oversee("--stdout-file", "/dev/full", "sh", "-c", "echo hi; exit 3").status, 3)

    def test_refused_where_it_cannot_be_written(self):
        for value, message in (("-", b"'-' is not a file"), ("no/such/file", b"no/such"), (".", b"directory")):
            with self.subTest(value=value):
                ended = self.oversee("--stdout-file", value, "touch", "ran")
                self.assertEqual(ended.status, 125)
                self.assertIn(message, ended.err)
                self.assertFalse((self.work / "ran").exists())
                self.assertEqual(self.files(), [])


class RawLog(OverseeCase):
    def test_holds_the_bytes_and_nothing_else(self):
        self.oversee("--log-format", "raw", "--log", "log", "-c", r"printf 'a\0\377\n'; echo err >&2; printf 'end'")
        content = (self.work / "log").read_bytes()
        self.assertEqual(sorted(content), sorted(b"a\0\xff\nerr\nend"))
        self.assertIn(b"err\n", content)
        self.assertEqual(json.loads(self.the_only(".json").read_text())["log"]["format"], "raw")

    def test_by_variable(self):
        self.oversee("--log", "log", "echo", "hi", env={"OVERSEE_LOG_FORMAT": "raw"})
        self.assertEqual((self.work / "log").read_bytes(), b"hi\n")


class RequiredLog(OverseeCase):
    def test_a_log_that_is_lost_is_no_success(self):
        ended = self.oversee("--log-required", "--log", "/dev/full", "echo", "hi")
        self.assertEqual((ended.status, ended.out), (125, b"hi\n"))
        summary = self.assert_summary(status="failed", reason="output_error")
        self.assertFalse(summary["log"]["complete"])

    def test_control_without_it_the_run_succeeds_and_says_so(self):
        ended = self.oversee("--log", "/dev/full", "echo", "hi")
        self.assertEqual(ended.status, 0)
        self.assertIn(b"No space left on device", ended.err)
        self.assertFalse(self.summary()["log"]["complete"])

    def test_the_commands_own_failure_stays(self):
        self.assertEqual(self.oversee("--log-required", "--log", "/dev/full", "sh", "-c", "echo; exit 7").status, 7)

    def test_nothing_runs_where_the_log_cannot_be_made(self):
        missing = {"TMPDIR": str(self.directory / "missing")}
        ended = self.oversee("--log-required", "touch", "ran", env=missing)
        self.assertEqual(ended.status, 125)
        self.assertFalse((self.work / "ran").exists())
        self.assertEqual(self.oversee("touch", "ran", env=missing).status, 0)

    def test_it_contradicts_no_log(self):
        ended = self.oversee("--log-required", "--no-log", "true")
        self.assertEqual(ended.status, 125)
        self.assertIn(b"exclude each other", ended.err)


class ManyAtOnce(OverseeCase):
    def test_each_run_has_its_own_output_in_its_own_log(self):
        runs = [self.start(OVERSEE, "--name", f"run{i}", "-c", f"for j in 1 2 3 4 5 6 7 8 9; do echo {i}-$j; done")
                for i in range(50)]
        for each in runs:
            self.assertEqual(each.finish().status, 0)
        found = {}
        for name in self.files():
            if name.endswith(".json"):
                summary = json.loads((self.records / name).read_text())
                with open(summary["log"]["path"], "rb") as log:
                    found[summary["name"]] = decode(log.read()).out
        expected = {f"run{i}": b"".join(b"%d-%d\n" % (i, j) for j in range(1, 10)) for i in range(50)}
        self.assertEqual(found, expected)
        self.assertEqual(len([each for each in os.listdir(self.records) if each.endswith(".log")]), 50)


if __name__ == "__main__":
    unittest.main()
