"""oversee stats, and the timeout that -t auto computes from the same runs."""

import json
import unittest

from run_records import RecordsCase


class Stats(RecordsCase):
    def make_many(self):
        for age, took in enumerate(range(1000, 3000, 100)):
            self.make(100 + age, name="test", took=took)
        self.make(99, name="test", took=9_000, flaky=True)
        self.make(98, name="test", status="failed", reason="exit", exit_code=2)
        self.make(97, name="test", status="failed", reason="exit", exit_code=2)
        self.make(96, name="test", status="timed_out", reason="timeout")
        self.make(95, name="test", status="cancelled", reason="signal")
        self.make(94, name="lint", labels={"team": "core"})
        self.make(93, name="test", status="running", pid=1, pid_born_ms=1)

    def test_by_names(self):
        self.make_many()
        lint, test = self.as_json("stats")
        self.assertEqual((lint["name"], lint["runs"], lint["suggested_timeout_ms"]), ("lint", 1, None))
        counts = {key: test[key] for key in ("runs", "passed", "failed", "cancelled", "flaky")}
        self.assertEqual(counts, {"runs": 26, "passed": 21, "failed": 4, "cancelled": 1, "flaky": 1})
        self.assertEqual(test["failures"], [{"cause": "exit 2", "runs": 2}, {"cause": "lost", "runs": 1},
                                            {"cause": "timeout", "runs": 1}])
        self.assertEqual(test["durations_ms"], {"fastest": 1000, "p50": 2000, "p95": 2900, "p99": 9000, "slowest": 9000})
        self.assertEqual((test["suggested_timeout_ms"], test["suggested_from_runs"]), (27_000, 21))

    def test_as_a_table(self):
        self.make_many()
        lines = self.told("stats", env={"LC_ALL": "C"}).splitlines()
        self.assertEqual(lines[0].split(), ["NAME", "RUNS", "PASSED", "FLAKY", "P50", "P95", "MAX", "TIMEOUT", "DURATIONS"])
        self.assertEqual(lines[1].split(), ["lint", "1", "100", "%", "0", "%", "1.0s", "1.0s", "1.0s", "-", "#"])
        self.assertEqual(lines[2].split()[:10], ["test", "26", "84", "%", "4", "%", "2.0s", "2.9s", "9.0s", "27.0s"])
        self.assertRegex(lines[2].split()[10], r"^[_.:=+*-]{19}#$")
        self.assertEqual(lines[3:], ["  4 failed: 2 exit 2, 1 lost, 1 timeout; 1 cancelled"])
        self.assertIn("█", self.told("stats", env={"LC_ALL": "C.UTF-8"}))

    def test_in_detail(self):
        self.make_many()
        text = self.told("stats", "--name", "test")
        self.assertIn("failed     4, 16 % (95 % interval: 6 to 35 %)\n", text)
        self.assertIn("timeout    27.0s, from 21 runs that passed; -t auto takes it\n", text)
        self.assertIn("#####", text)
        self.assertNotIn("lint", text)

    def test_chosen(self):
        self.make_many()
        self.make(90_000, name="old")
        self.assertEqual([each["name"] for each in self.as_json("stats", "--since", "1d")], ["lint", "test"])
        self.assertEqual([each["name"] for each in self.as_json("stats", "--label", "team")], ["lint"])
        self.assertEqual([each["name"] for each in self.as_json("stats", "--name", "*l*")], ["lint", "old"])
        self.assert_refused("stats", "--since", "long ago", culprit="--since")

    def test_no_runs_are_no_failure(self):
        self.assertEqual(self.as_json("stats"), [])
        ended = self.oversee("stats")
        self.assertEqual((ended.status, ended.out, ended.err), (0, b"", b"oversee: no run has ended yet\n"))


class AutomaticTimeout(RecordsCase):
    def auto(self, *options, env=None):
        return self.oversee("--name", "job", *options, "sh", "-c", "echo ran; exec sleep 60", env=env)

    def make_jobs(self, count, took):
        for age in range(count):
            self.make(1000 + age, name="job", took=took)

    def newest(self):
        return json.loads(self.oversee("show", "last", "--format", "json").out)

    def test_it_holds_for_flag_variable_and_file(self):
        self.make_jobs(12, 100)
        self.file("oversee.toml", '[defaults]\ntimeout = "auto"\n')
        for options, env in ((("-t", "auto"), None), ((), {"OVERSEE_TIMEOUT": "auto"}), ((), None)):
            with self.subTest(options=options, env=env):
                ended = self.auto(*options, env=env)
                self.assertEqual((ended.status, ended.out), (124, b"ran\n"), ended.err)
                settings = self.newest()["settings"]
                self.assertEqual((settings["timeout"], settings["timeout-origin"]), ("1s", "auto, from 12 runs"))
        self.assertIn("settings   timeout 1s (auto, from 12 runs)\n", self.told("show", "last"))
        self.assertIn(b"# limits    timeout 1s ", self.oversee("logs", "last").out)

    def test_it_is_three_times_the_p99_of_the_successes(self):
        self.make_jobs(10, 2_000)
        self.make(50, name="job", took=60_000, status="timed_out", reason="timeout")
        self.make(50, name="other", took=60_000)
        ended = self.oversee("-t", "auto", "--name", "job", "true")
        self.assertEqual(ended.status, 0, ended.err)
        self.assertEqual(self.newest()["settings"]["timeout"], "6s")
        told = self.oversee("-v", "-t", "auto", "--name", "job", "true").err
        self.assertIn(b"oversee: timeout 6.0s (auto, from 11 runs)\n", told)

    def test_runs_count_by_their_name_whether_it_was_given_or_not(self):
        self.assertEqual(self.oversee("--repeat", "10", "--summary", "never", "true").status, 0)
        self.assertEqual(self.oversee("-t", "auto", "/bin/true").status, 0)
        self.assertEqual(self.newest()["settings"]["timeout"], "1s")

    def test_too_few_are_refused_and_nothing_is_run(self):
        for count in (0, 9):
            self.make_jobs(count, 100)
            files = self.files()
            with self.subTest(count=count):
                self.assert_refused("--name", "job", "-t", "auto", "echo", "ran", culprit=f"there are {count}")
                self.assertEqual(self.files(), files)
        self.file("oversee.toml", '[defaults]\ntimeout = "auto"\n')
        self.assert_refused("--name", "job", "echo", "ran", culprit="oversee.toml:2:")
        self.assert_refused("--name", "job", "echo", "ran", culprit="OVERSEE_TIMEOUT", env={"OVERSEE_TIMEOUT": "auto"})

    def test_names_are_no_patterns(self):
        self.make_jobs(10, 100)
        self.assert_refused("--name", "*", "-t", "auto", "true", culprit="there are 0")

    def test_it_is_explained(self):
        self.make_jobs(10, 4_000)
        text = self.told("--explain", "-t", "auto", "--name", "job", "true")
        self.assertRegex(text, r"(?m)^timeout +auto +--timeout\n +auto: +12s from 10 runs$")
        told = json.loads(self.told("--explain", "--format", "json", "-t", "auto", "--name", "job", "true"))
        self.assertEqual(told["automatic_timeout"], "12s from 10 runs")
        self.assertEqual(told["settings"]["timeout"]["values"][0]["value"], "auto")
        self.assertIn("there are 0", self.told("--explain", "-t", "auto", "--name", "new", "true"))

    def test_only_the_timeout_can_be_so(self):
        self.assert_refused("-i", "auto", "true", culprit="--idle-timeout: cannot read 'auto'")
        self.assert_refused("-t", "automatic", "true", culprit="or auto")


if __name__ == "__main__":
    unittest.main(verbosity=2)
