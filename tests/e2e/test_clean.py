"""oversee clean, and automatic cleaning: what is removed and what is kept, also next to runs and to other cleaners."""

import json
import os
import signal
import time
import unittest

from harness import OVERSEE, OverseeCase, guard_of, is_gone, wait_until
from ordinary_user import OrdinaryUserCase

HOUR = 3600
DAY = 24 * HOUR
STAMP = ".cleaned"


class CleanCase(OverseeCase):
    def record(self, *command, aged=0, **options):
        """A run that ended `aged` seconds ago; returns its id."""
        before = set(self.runs())
        ended = self.oversee("--summary", "never", "--keep-runs", "none", *(command or ("echo", "hi")), **options)
        new = set(self.runs()) - before
        self.assertEqual(len(new), 1, ended)
        run = new.pop()
        self.age(run, aged)
        return run

    def age(self, run, seconds):
        then = time.time() - seconds
        for each in self.records.glob(f"{run}*"):
            os.utime(each, (then, then), follow_symlinks=False)

    def runs(self):
        return [each.removesuffix(".json") for each in self.files() if each.endswith(".json")]

    def clean(self, *arguments, **options):
        ended = self.oversee("clean", *arguments, **options)
        self.assertEqual((ended.status, ended.err), (0, b""))
        return ended.out.decode()

    def cleaned(self, *arguments):
        return json.loads(self.clean("--format", "json", *arguments))

    def start_waiting(self, *options):
        """A run that waits until end_waiting()."""
        os.mkfifo(self.work / "go")
        run = self.start(OVERSEE, *options, "sh", "-c", "echo waits; read _ <go; echo goes on")
        run.expect(b"waits")
        return run

    def end_waiting(self, run):
        (self.work / "go").write_text("go\n")
        return run.finish()


class Verb(CleanCase):
    def test_without_runs_there_is_nothing_to_do(self):
        self.assertEqual(self.clean(), "removed nothing; no run is left\n")
        self.assertFalse(self.records.exists())

    def test_by_age(self):
        self.record(aged=9 * DAY)
        young = self.record(aged=6 * DAY)
        self.assertRegex(self.clean("--older-than", "8d"), r"\Aremoved 1 run, [\d.]+KiB; 1 is left, [\d.]+KiB\n\Z")
        self.assertEqual(self.files(), [f"{young}.json", f"{young}.log"])

    def test_by_number_those_written_to_last_stay(self):
        runs = [self.record(aged=each) for each in (30, 10, 20)]
        self.assertEqual([each["run_id"] for each in self.cleaned("--keep", "1")["removed"]], [runs[0], runs[2]])
        self.assertEqual(self.runs(), [runs[1]])
        self.clean("--keep", "0")
        self.assertEqual(self.files(), [])

    def test_by_size(self):
        runs = [self.record("head", "-c", str(size), "/dev/zero", aged=age)
                for size, age in ((40_000, 40), (40_000, 30), (300_000, 20), (40_000, 10))]
        self.clean("--max-size", "100kB")
        self.assertEqual(set(self.runs()), {runs[1], runs[3]})

    def test_what_was_spilled_goes_along(self):
        self.record("--max-output", "1KiB", "--on-overflow", "spill", "seq", "2000")
        self.assertEqual(len(self.files()), 3)
        self.clean("--keep", "0")
        self.assertEqual(self.files(), [])

    def test_a_run_that_lives_stays_and_goes_on(self):
        run = self.start_waiting()
        os.utime(self.the_only(".json"), (0, 0))
        os.utime(self.the_only(".log"), (0, 0))
        self.assertRegex(self.clean("--keep", "0"), "removed nothing; 1 run is left")
        self.assertEqual(self.end_waiting(run).status, 0)
        self.assertIn(b"goes on", self.log())
        self.assert_summary(status="completed")
        self.assertRegex(self.clean("--keep", "0"), "removed 1 run")

    def test_a_run_that_is_lost_is_over(self):
        run = self.start_waiting()
        guard = wait_until(lambda: guard_of(run.pid), "a guard")
        for number in (signal.SIGSTOP, signal.SIGKILL):
            os.kill(guard, number)
            os.kill(run.pid, number)
        run.finish()
        wait_until(lambda: is_gone(guard), "the guard is gone")
        (removed,) = self.cleaned("--keep", "0")["removed"]
        self.assertEqual((removed["status"], removed["name"]), ("lost", "sh"))
        self.assertEqual(self.files(), [])

    def test_a_log_that_is_elsewhere_stays(self):
        self.record("--log", "build.log", "true")
        self.record("--log-dir", ".", "true")
        self.clean("--keep", "0")
        self.assertEqual(self.files(), [])
        self.assertEqual(len(list(self.work.glob("*.log"))), 2)

    def test_a_dry_run_lists_and_removes_nothing(self):
        runs = [self.record("--name", "a\nb", "true", aged=2 * DAY), self.record("false", aged=DAY)]
        before = self.files()
        listed = self.clean("--keep", "0", "--dry-run").splitlines()
        self.assertRegex(listed[0], rf"^{runs[0]}  completed +2d 0h ago  +[\d.]+KiB  a.b$")
        self.assertRegex(listed[1], rf"^{runs[1]}  failed +1d 0h ago  +[\d.]+KiB  false$")
        self.assertRegex(listed[2], r"^would remove 2 runs, [\d.]+KiB; none would be left$")
        sizes = sum((self.records / each).stat().st_size for each in before)
        report = self.cleaned("--keep", "0", "--dry-run")
        self.assertEqual({key: value for key, value in report.items() if key != "removed"},
                         {"dry_run": True, "stray_files": 0, "removed_bytes": sizes, "left": 0, "left_bytes": 0})
        self.assertEqual(self.files(), before)

    def test_without_options_what_the_settings_keep(self):
        runs = [self.record(aged=each) for each in (8 * DAY, 6 * DAY, DAY)]
        self.clean(env={"OVERSEE_KEEP_FOR": "none"})
        self.assertEqual(self.runs(), sorted(runs))
        self.clean()
        self.assertEqual(set(self.runs()), {runs[1], runs[2]})
        self.file("keep.toml", "[defaults]\nkeep-runs = 1\n")
        self.clean("--older-than", "100d")
        self.assertEqual(set(self.runs()), {runs[1], runs[2]})
        self.clean(env={"OVERSEE_CONFIG": "keep.toml"})
        self.assertEqual(self.runs(), [runs[2]])

    def test_what_cannot_be_read_removes_nothing(self):
        self.record(aged=100 * DAY)
        cases = {("--older-than", "none"): "--older-than: cannot read 'none'", ("--older-than", "0"): "such as 12h",
                 ("--max-size", "0"): "--max-size: cannot read '0'", ("--keep", "none"): "--keep: cannot read 'none'",
                 ("--keep", "-1"): "--keep", ("--format", "xml"): "--format", ("last",): "too much",
                 ("--old", "1d"): "no such flag"}
        for arguments, expected in cases.items():
            with self.subTest(arguments=arguments):
                ended = self.oversee("clean", *arguments)
                self.assertEqual((ended.status, ended.out), (125, b""))
                self.assertIn(expected, ended.err.decode())
        wrong = self.oversee("clean", env={"OVERSEE_KEEP_SIZE": "much"})
        self.assertEqual((wrong.status, wrong.out), (125, b""))
        self.assertIn(b"OVERSEE_KEEP_SIZE: cannot read 'much'", wrong.err)
        self.assertEqual(len(self.runs()), 1)


class NotOurs(CleanCase):
    def test_a_link_goes_and_what_it_leads_to_stays(self):
        run = self.record()
        precious = self.file("precious", "gold")
        for name in (f"{run}.stdout", f"{run}.stderr", "20251123-121659-k3fa.log", "20251123-121659-k3fb.json"):
            (self.records / name).symlink_to(precious)
        (self.records / f"{run}.log").unlink()
        (self.records / f"{run}.log").symlink_to(self.work)
        for each in (run, "20251123"):
            self.age(each, 2 * HOUR)
        self.clean("--keep", "0")
        self.assertEqual(self.files(), [])
        self.assertEqual(precious.read_text(), "gold")

    def test_names_that_are_no_runs(self):
        run = self.record()
        others = sorted([f"{run}.log\n", f"\n{run}.log", f"{run}.txt", f"{run}.json.bak", f"{run}\n.json", "notes.log",
                         f"{run[:-1]}\n.json", "..json", f"{run}.log.1"])
        for each in others:
            (self.records / each).touch()
            os.utime(self.records / each, (0, 0))
        self.clean("--keep", "0")
        self.assertEqual(self.files(), others)

    def test_directories(self):
        run = self.record()
        others = ["20251123-121659-k3fa.json", f"{run}.stdout"]
        for each in others:
            (self.records / each).mkdir()
            (self.records / each / f"{run}.log").touch()
        self.clean("--keep", "0")
        self.assertEqual(self.files(), others)

    def test_what_somebody_killed_has_left(self):
        self.record()
        left = ["20251123-121659-k3fa.log", "20251123-121659-k3fa.stdout", ".20251123-121659-k3fa.json.tmp",
                "oversee-aB3dE6"]
        for each in left:
            (self.records / each).touch()
        before = self.files()
        self.clean("--keep", "9")
        self.assertEqual(self.files(), before)
        for each in left:
            os.utime(self.records / each, (time.time() - 2 * HOUR,) * 2)
        self.assertIn("removed 4 stray files, 0B; 1 run is left", self.clean("--keep", "9"))
        self.assertEqual(len(self.files()), 2)

    def test_a_run_directory_that_is_a_link(self):
        run = self.record()
        elsewhere = self.directory / "elsewhere"
        self.records.rename(elsewhere)
        self.records.symlink_to(elsewhere)
        ended = self.oversee("clean", "--keep", "0")
        self.assertNotIn(b"1 run", ended.out)
        self.assertIn(b"it is a link or not a directory", ended.err)
        self.assertTrue((elsewhere / f"{run}.log").exists())


@unittest.skipUnless(os.getuid() == 0, "takes two users")
class AnotherUser(OrdinaryUserCase):
    def test_a_run_directory_of_somebody_else_is_refused(self):
        self.records.mkdir(mode=0o777)
        self.records.chmod(0o777)
        record = self.records / "20251123-121659-k3fa.json"
        record.touch()
        os.utime(record, (0, 0))
        ended = self.oversee("clean", "--keep", "0")
        self.assertEqual((ended.status, ended.out), (125, b""))
        self.assertIn(b"it belongs to another user", ended.err)
        self.assertTrue(record.exists())

    def test_what_cannot_be_removed_is_named_and_still_recorded(self):
        self.oversee("true")
        before = self.files()
        self.records.chmod(0o500)
        ended = self.oversee("clean", "--keep", "0")
        self.assertEqual((ended.status, ended.out.split(b";")[0]), (125, b"removed nothing"))
        self.assertIn(b"cannot remove: " + str(self.the_only(".log")).encode() + b": Permission denied", ended.err)
        self.assertEqual(self.files(), before)


class ByThemselves(CleanCase):
    def setUp(self):
        super().setUp()
        self.old = [self.record(aged=9 * DAY), self.record(aged=8 * DAY)]
        self.hour_passes()

    def hour_passes(self):
        os.utime(self.records / STAMP, (time.time() - HOUR - 1,) * 2)

    def kept(self):
        """The old runs that still exist."""
        return [each for each in self.old if each in self.runs()]

    def test_a_run_that_ends_removes_old_ones_and_says_nothing(self):
        ended = self.oversee("sh", "-c", "echo out; exit 7")
        self.assertEqual((ended.status, ended.out), (7, b"out\n"))
        self.assertRegex(ended.err, rb"\Aoversee: failed: exit 7 [^\n]+\n\Z")
        self.assertNotIn(b"removed", ended.err)
        self.assertEqual((self.kept(), len(self.files())), ([], 2))

    def test_it_says_so_if_asked(self):
        ended = self.oversee("-v", "true")
        self.assertRegex(ended.err, rb"oversee: [^\n]*/oversee-\d+: removed 2 runs, [\d.]+KiB; 1 is left, [\d.]+KiB\n\Z")
        self.hour_passes()
        self.assertNotIn(b"removed", self.oversee("-v", "true").err)

    def test_once_an_hour(self):
        self.oversee("--keep-for", "100d", "true")
        self.oversee("true")
        self.assertEqual(self.kept(), self.old)
        self.hour_passes()
        self.oversee("true")
        self.assertEqual(self.kept(), [])

    def test_without_a_log_and_where_the_run_is_cancelled(self):
        self.oversee("--no-log", "--keep-runs", "2", "--keep-for", "none", "true")
        self.assertEqual(self.kept(), self.old[1:])
        self.hour_passes()
        run = self.start_waiting()
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assertEqual(self.kept(), [])

    def test_repeated_runs(self):
        self.assertEqual(self.oversee("--repeat", "4", "--jobs", "2", "true").status, 0)
        self.assertEqual((self.kept(), len(self.runs())), ([], 4))

    def test_the_run_itself_stays_and_those_that_live(self):
        waiting = self.start_waiting("--keep-for", "none")
        self.age("2", 100 * DAY)  # the age of all
        self.oversee("--keep-runs", "1", "--keep-size", "1", "echo", "hi")
        self.assertEqual((self.kept(), len(self.runs())), ([], 2))
        self.assertEqual(self.end_waiting(waiting).status, 0)
        self.assertEqual(len(self.runs()), 2)

    def test_nothing_where_all_is_kept(self):
        self.oversee("--keep-runs", "none", "--keep-for", "0", "--keep-size", "none", "true")
        self.assertEqual(self.kept(), self.old)

    def test_a_directory_that_cannot_be_had(self):
        ended = self.oversee("-q", "true", env={"TMPDIR": str(self.directory / "missing")})
        self.assertEqual(ended.status, 0)
        self.assertEqual(self.kept(), self.old)


class SideBySide(CleanCase):
    def make_up(self, number):
        document = (self.records / f"{self.record()}.json").read_text()
        ids = [f"20251123-{10_000 + each // 32:06}-aaa{'abcdefghijklmnopqrstuvwxyz234567'[each % 32]}"
               for each in range(number)]
        for run in ids:
            (self.records / f"{run}.json").write_text(document)
            for suffix in ("log", "stdout", "stderr"):
                (self.records / f"{run}.{suffix}").touch()
        self.age("20251123", 30 * DAY)
        return set(ids)

    def test_cleans_at_once_share_the_work_and_fail_nobody(self):
        ids = self.make_up(400)
        cleaning = [self.start(OVERSEE, "clean", "--older-than", "1d", "--format", "json") for _ in range(4)]
        runs = [self.start(OVERSEE, "--keep-for", "1d", "sh", "-c", "echo hi") for _ in range(4)]
        ended = [each.finish() for each in cleaning]
        self.assertEqual([(each.status, each.err) for each in ended], [(0, b"")] * 4)
        removed = [each["run_id"] for end in ended for each in json.loads(end.out)["removed"]]
        self.assertEqual(sorted(removed), sorted(set(removed)))
        self.assertLessEqual(set(removed), ids)
        self.assertEqual([each.finish().status for each in runs], [0] * 4)
        self.assertEqual(len(self.runs()), 5)
        self.assertEqual(len(self.files()), 10)

    def test_runs_that_come_and_go_meanwhile_are_whole(self):
        runs = [self.start(OVERSEE, "sh", "-c", "echo hi") for _ in range(8)]
        while any(each.process.poll() is None for each in runs):
            self.clean("--older-than", "1d")
        self.assertEqual([each.finish().status for each in runs], [0] * 8)
        self.assertEqual(len(self.files()), 16)

    def test_who_is_killed_leaves_no_log_without_its_record(self):
        self.make_up(1000)
        for _ in range(4):
            before = len(self.files())
            cleaning = self.start(OVERSEE, "clean", "--older-than", "1d")
            wait_until(lambda: len(self.files()) < before or cleaning.process.poll() is not None, "it has begun")
            cleaning.signal(signal.SIGKILL)
            cleaning.finish()
            files = set(self.files())
            self.assertEqual([each for each in files if each.split(".")[0] + ".json" not in files], [])
        self.clean("--older-than", "1d")
        self.assertEqual(len(self.files()), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
