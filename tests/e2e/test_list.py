"""oversee list: the recorded runs, newest first, with filters."""

import json
import os
import signal
import subprocess
import unittest
from datetime import timedelta

from harness import OVERSEE, RUN_ID, children, guard_of, wait_until
from run_records import RecordsCase
from terminal import Terminal, lines_at


class ListCase(RecordsCase):
    def ids(self, *arguments):
        return [each["run_id"] for each in self.as_json("list", *arguments)]


class Choosing(ListCase):
    def setUp(self):
        super().setUp()
        self.old = self.make(90_000, name="backup", status="failed", reason="exit", labels={"team": "core"})
        self.flaky = self.make(5_000, name="test-a", flaky=True, labels={"team": "web"})
        self.timed_out = self.make(600, name="test-b", status="timed_out", labels={"team": "core", "ci": ""})
        self.new = self.make(30, name="backup")
        self.all = [self.new, self.timed_out, self.flaky, self.old]

    def test_the_newest_first(self):
        self.assertEqual(self.ids(), self.all)
        self.assertEqual(self.ids("--limit", "2"), self.all[:2])
        self.assertEqual(self.ids("-n", "none"), self.all)

    def test_no_more_than_twenty_unless_asked(self):
        for age in range(100, 130):
            self.make(age)
        self.assertEqual(len(self.ids()), 20)
        self.assertEqual(len(self.ids("--limit", "25")), 25)
        self.assertEqual(len(self.ids("--limit", "none")), 34)

    def test_by_status(self):
        self.assertEqual(self.ids("--status", "failed,timed-out"), [self.timed_out, self.old])
        self.assertEqual(self.ids("--status", "failed", "--status", "timed_out"), [self.timed_out, self.old])
        self.assertEqual(self.ids("--status", "completed"), [self.new, self.flaky])
        self.assertEqual(self.ids("--status", "flaky"), [self.flaky])
        self.assertEqual(self.ids("--status=flaky,failed", "--limit", "1"), [self.flaky])

    def test_by_name(self):
        self.assertEqual(self.ids("--name", "backup"), [self.new, self.old])
        self.assertEqual(self.ids("--name", "test-?"), [self.timed_out, self.flaky])
        self.assertEqual(self.ids("--name", "back"), [])

    def test_by_labels_of_which_a_run_has_all(self):
        self.assertEqual(self.ids("--label", "team"), [self.timed_out, self.flaky, self.old])
        self.assertEqual(self.ids("--label", "team=core"), [self.timed_out, self.old])
        self.assertEqual(self.ids("--label", "team=core", "--label", "ci"), [self.timed_out])
        self.assertEqual(self.ids("--label", "team=core", "--label=ci=yes"), [])

    def test_by_time(self):
        self.assertEqual(self.ids("--since", "1h"), [self.new, self.timed_out])
        self.assertEqual(self.ids("--since", "1d"), self.all[:3])
        two_days_ago = self.now - timedelta(days=2)
        self.assertEqual(self.ids("--since", f"{two_days_ago:%Y-%m-%d}"), self.all)
        minutes = self.now - timedelta(minutes=15)
        self.assertEqual(self.ids("--since", f"{minutes:%Y-%m-%dT%H:%M:%SZ}"), self.all[:2])

    def test_what_is_refused(self):
        for words, culprit in ((("--status", "faild"), "did you mean 'failed'?"), (("--since", "yesterday"), "--since"),
                               (("--limit", "few"), "--limit"), (("--label", "=x"), "--label"), (("extra",), "'extra'"),
                               (("--format", "xml"), "text or json")):
            with self.subTest(words=words):
                self.assert_refused("list", *words, culprit=culprit)


class Printed(ListCase):
    def test_a_table(self):
        run = self.make(200, name="backup", status="failed", reason="exit", exit_status=3, took=12_000)
        self.make(3 * 86_400, name="other", flaky=True)
        lines = self.told("list").splitlines()
        self.assertEqual(lines[0].split(), ["ID", "NAME", "STATUS", "EXIT", "DURATION", "WHEN", "ATTEMPTS"])
        self.assertEqual(lines[1].split(), [run, "backup", "failed", "3", "12.0s", "3m", "ago", "1"])
        self.assertEqual(lines[2].split()[1:], ["other", "flaky", "0", "1.0s", "3d", "ago", "1"])

    def test_at_a_terminal_lines_fit_as_names_give_way(self):
        self.make(10, name="n" * 300)
        self.assertIn("n" * 300, self.told("list"))
        for columns in (80, 200):
            lines = lines_at(self, columns, f"{OVERSEE} list")
            with self.subTest(columns=columns):
                self.assertEqual(max(map(len, lines)), columns, lines)
                self.assertRegex(lines[1], r"  n+\.\.\.  completed")

    def test_at_a_terminal_a_last_line_tells_of_more(self):
        for age in range(10, 14):
            self.make(age)
        terminal = Terminal(self, OVERSEE, "list", "--limit", "3")
        terminal.expect(rb"\n3 of 4 runs; --limit N shows more\r\n")
        self.assertEqual(terminal.finish(), 0)
        chosen = Terminal(self, OVERSEE, "list", "--limit", "3", "--status", "completed")
        chosen.expect(rb"\n3 runs; 1 older ones? (was|were) not looked at, --limit N shows more\r\n")
        self.told("list", "--limit", "3")  # and elsewhere it prints nothing

    def test_controls_in_a_name_are_harmless(self):
        self.make(10, name="a\x1b[2J\nb\x9b")
        text = self.told("list")
        self.assertIn("a?[2J?b", text)
        self.assertEqual(len(text.splitlines()), 2)

    def test_json_tells_all(self):
        run = self.make(10, name="backup", status="failed", reason="exit", exit_code=3, exit_status=3,
                        summary="exit 3 after 1.0s", labels={"team": "core"})
        (told,) = self.as_json("list")
        expected = {"run_id": run, "name": "backup", "labels": {"team": "core"}, "command": ["true"],
                    "status": "failed", "reason": "exit", "summary": "exit 3 after 1.0s", "exit_code": 3, "signal": None,
                    "exit_status": 3, "flaky": False, "attempts": 1, "duration_ms": 1000}
        self.assertEqual({key: told[key] for key in expected}, expected)
        self.assertEqual(set(told) - set(expected), {"started_at", "log"})

    def test_what_cannot_be_printed_is_no_success(self):
        run = self.make(10)
        outcome = rb"oversee: run \S+: completed: exit 0[^\n]*\n"
        before = rb"oversee: run \S+ had ended already: [^\n]*\n"
        for words, said_before in ((("list",), b""), (("list", "--format", "json"), b""), (("show", run), b""),
                                   (("stats",), b""), (("clean", "--keep", "1"), b""),
                                   (("wait", "--format", "json", run), outcome),
                                   (("cancel", "--format", "json", run), before)):
            with self.subTest(words=words), open("/dev/full", "wb") as full:
                ended = self.oversee(*words, stdout=full)
                self.assertEqual(ended.status, 125)
                self.assertRegex(ended.err, rb"\A" + said_before
                                 + rb"oversee: cannot write to stdout: No space left on device\n\Z")

    def test_no_runs_are_no_failure(self):
        self.assertEqual(self.as_json("list"), [])
        for words, sentence in (((), b"oversee: no runs yet\n"), (("--status", "failed"), b"oversee: no run")):
            ended = self.oversee("list", *words)
            self.assertEqual((ended.status, ended.out), (0, b""))
            self.assertIn(sentence, ended.err)
        self.assertFalse(self.records.exists())

    def test_a_record_that_is_none_is_warned_of_and_left_out(self):
        run = self.make(10)
        (self.records / "20260101-000000-aaaa.json").write_text("{")
        ended = self.oversee("list")
        self.assertEqual(ended.status, 0)
        self.assertEqual(RUN_ID.findall(ended.out.decode()), [run])
        self.assertIn(b"20260101-000000-aaaa.json", ended.err)


class Living(ListCase):
    def only(self):
        (run,) = self.as_json("list")
        return run

    def start_one(self, *options):
        run = self.start(OVERSEE, *options, "sh", "-c", "echo ready; exec sleep 60")
        run.expect(b"ready")
        return run

    def test_one_that_runs_and_one_that_has_ended(self):
        run = self.start_one()
        told = self.only()
        self.assertEqual((told["status"], told["exit_status"], told["attempts"]), ("running", None, 1))
        self.assertGreaterEqual(told["duration_ms"], 0)
        self.assertEqual(len(self.ids("--status", "running")), 1)
        run.signal(signal.SIGTERM)
        run.finish()
        self.assertEqual(self.only()["status"], "cancelled")
        self.assertEqual(self.ids("--status", "running"), [])

    def test_one_whose_supervisor_and_guard_were_killed_is_lost(self):
        run = self.start_one()
        guard = wait_until(lambda: guard_of(run.pid), "a guard")
        command = wait_until(lambda: children(guard), "a command")[0]
        run.signal(signal.SIGSTOP)
        os.kill(guard, signal.SIGKILL)
        run.signal(signal.SIGKILL)
        run.finish()
        told = self.only()
        self.assertEqual((told["status"], told["reason"], told["duration_ms"]), ("lost", None, None))
        self.assertEqual(len(self.ids("--status", "lost")), 1)
        self.assertEqual(self.ids("--status", "running"), [])
        self.assertIn("lost", self.told("list"))
        subprocess.run(["kill", "-KILL", str(command)], stderr=subprocess.DEVNULL, check=False)

    def test_an_empty_record_is_about_to_start_and_later_lost(self):
        self.records.mkdir(mode=0o700)
        new, old = (f"{self.now - timedelta(seconds=age):%Y%m%d-%H%M%S}-aaaa" for age in (0, 3600))
        for each in (new, old):
            (self.records / f"{each}.json").touch()
        self.assertEqual([each["status"] for each in self.as_json("list")], ["pending", "lost"])


class Indexed(ListCase):
    """What `list` tells does not depend on the index, however it looks. Only which records are read does."""

    FILTERS = (("--name", "alpha"), ("--name", "a*"), ("--status", "failed"), ("--label", "team=core"), ("--since", "1h"))

    def setUp(self):
        super().setUp()
        self.index = self.records / ".index"
        self.alpha = self.end("--name", "alpha", "--label", "team=core", "true")
        self.beta = self.end("--name", "beta", "false")
        self.alpha2 = self.end("--name", "alpha", "sh", "-c", "exit 3")

    def end(self, *words):
        """Runs it; returns its id."""
        before = set(self.records.glob("*.json"))
        self.oversee("--summary", "never", "--keep-runs", "none", *words)
        (record,) = set(self.records.glob("*.json")) - before
        return record.stem

    def lines(self):
        return [line.split("\t") for line in self.index.read_text().split("\n") if line]

    def indexed(self):
        return [line[0] for line in self.lines()]

    def answers(self):
        return [self.told("list", "--format", "json", *each) for each in self.FILTERS]

    def spoil(self, run):
        """Makes its record unreadable in place: the line still counts, and only who reads the record notices."""
        (self.records / f"{run}.json").write_text("{")

    def assert_not_used(self):
        """Control: with a line that counts, the spoilt record would not be read."""
        self.spoil(self.beta)
        self.assertIn(self.beta.encode(), self.oversee("list", "--name", "alpha").err)

    def test_a_record_is_not_read_if_its_line_excludes_the_run(self):
        self.assertEqual(self.indexed(), [self.alpha, self.beta, self.alpha2])
        self.spoil(self.beta)
        self.assertEqual(set(self.ids("--name", "alpha")), {self.alpha, self.alpha2})
        self.assertEqual(self.ids("--label", "team"), [self.alpha])
        self.index.unlink()
        self.assert_not_used()

    def test_a_run_gets_its_line_at_its_end(self):
        run = self.start(OVERSEE, "--name", "gamma", "sh", "-c", "echo ready; exec sleep 60")
        run.expect(b"ready")
        (living,) = self.ids("--name", "gamma")
        self.assertNotIn(living, self.indexed())
        self.assertEqual(self.ids("--status", "running"), [living])
        run.signal(signal.SIGTERM)
        run.finish()
        self.assertEqual(self.lines()[-1][0:1] + self.lines()[-1][2:3], [living, "cancelled"])
        self.assertEqual(self.ids("--status", "cancelled"), [living])
        self.assertEqual(self.ids("--status", "running"), [])

    def test_the_guard_adds_the_line_of_a_run_whose_supervisor_was_killed(self):
        run = self.start(OVERSEE, "--name", "gamma", "sh", "-c", "echo ready; exec sleep 60")
        run.expect(b"ready")
        (living,) = self.ids("--name", "gamma")
        run.signal(signal.SIGKILL)
        run.finish()
        wait_until(lambda: living in self.indexed(), "the guard adds a line")
        self.assertEqual(self.ids("--status", "failed")[0], living)

    def test_an_index_that_is_missing_or_spoilt(self):
        before = self.answers()
        whole = self.index.read_bytes()
        for name, text in (("empty", b""), ("cut", whole[:len(whole) // 2]), ("rubbish", os.urandom(9999)),
                           ("zeros", bytes(len(whole))), ("long", b"x" * 2_000_000),
                           ("cut and more", whole[:-9] + b"\n" + whole), ("twice", whole * 2)):
            with self.subTest(name):
                self.index.write_bytes(text)
                self.assertEqual(self.answers(), before)
        self.index.unlink()
        self.assertEqual(self.answers(), before)
        self.assertFalse(self.index.exists(), "a search writes none")
        self.assert_not_used()

    def test_an_index_that_is_something_else(self):
        before = self.answers()
        precious = self.directory / "precious"
        self.index.rename(precious)
        text = precious.read_bytes()
        for name, make in (("link", lambda: self.index.symlink_to(precious)), ("pipe", lambda: os.mkfifo(self.index)),
                           ("directory", self.index.mkdir)):
            with self.subTest(name):
                make()
                self.assertEqual(self.answers(), before)
                gone = self.end("--name", "gamma", "true")
                self.assertEqual(self.ids("--name", "gamma"), [gone])
                self.told("clean", "--keep", "9")
                self.assertEqual(self.index.is_dir(), name == "directory", "a cleaning removes what it can")
                for each in self.records.glob(f"{gone}*"):
                    each.unlink()
                self.assertEqual(precious.read_bytes(), text)
                self.assertEqual(os.path.lexists(self.index), name == "directory")
        self.assert_not_used()

    def test_a_record_that_is_gone(self):
        (self.records / f"{self.alpha}.json").unlink()
        self.assertIn(self.alpha, self.indexed())
        self.assertEqual(self.ids("--name", "alpha"), [self.alpha2])
        self.assertEqual(set(self.ids()), {self.alpha2, self.beta})

    def test_a_record_that_was_replaced(self):
        path = self.records / f"{self.beta}.json"
        record = {**json.loads(path.read_text()), "name": "alpha"}
        (self.records / "new").write_text(json.dumps(record))
        (self.records / "new").replace(path)
        self.assertIn(self.beta, self.ids("--name", "alpha"))
        self.assertEqual(self.ids("--name", "beta"), [])

    def test_runs_that_end_at_once(self):
        os.mkfifo(self.work / "go")
        runs = [self.start(OVERSEE, "--summary", "never", "--name", f"at-once-{i}", "sh", "-c", "echo ready; read _ <go")
                for i in range(12)]
        for run in runs:
            run.expect(b"ready")
        (self.work / "go").write_text("")
        for run in runs:
            run.finish()
        self.assertEqual({line[-1] for line in self.lines()}, {"."})
        self.assertEqual({line[4] for line in self.lines()[3:]}, {f"at-once-{i}" for i in range(12)})

    def test_a_long_label_costs_the_line_and_nothing_else(self):
        run = self.end("--label", "why=" + "x" * 2000, "true")
        self.assertNotIn(run, self.indexed())
        self.assertEqual(self.ids("--label", "why"), [run])

    def test_a_cleaning_leaves_nothing_of_runs_that_are_gone(self):
        (self.records / f"{self.alpha}.json").unlink()
        (self.records / f"{self.alpha}.log").unlink()
        self.told("clean", "--keep", "1", "--dry-run")
        self.assertEqual(self.indexed(), [self.alpha, self.beta, self.alpha2])
        self.told("clean", "--keep", "1")
        self.assertEqual(self.indexed(), [self.alpha2])
        self.assertEqual(self.index.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.ids("--name", "alpha"), [self.alpha2])
        self.told("clean", "--keep", "0")
        self.assertFalse(self.index.exists())


class Many(ListCase):
    def test_no_more_records_are_read_than_are_shown(self):
        """A file that is not a record causes a warning only when it is read."""
        for age in range(10, 15):
            self.make(age)
        (self.records / "20260101-000000-aaaa.json").write_text("no record")
        self.assertEqual(len(self.ids("--limit", "5")), 5)
        self.assertIn(b"20260101-000000-aaaa", self.oversee("list", "--limit", "6").err)
        self.assertEqual(len(self.ids("--since", "1h", "--limit", "none")), 5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
