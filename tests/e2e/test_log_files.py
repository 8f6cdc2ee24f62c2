"""Files written while the command runs: two runs with one log, a rotated log, copies of several attempts."""

import os
import unittest

from harness import OVERSEE, OverseeCase, wait_until
from tagged_log import decode

SAYS = "echo $0 1; read x <go; echo $0 2"


class TwoRuns(OverseeCase):
    def first(self, *options):
        os.mkfifo(self.work / "go")
        run = self.start(OVERSEE, *options, "sh", "-c", SAYS, "first")
        run.expect(b"first 1\n")
        return run

    def finish(self, run):
        with open(self.work / "go", "wb"):
            pass
        self.assertEqual(run.finish().status, 0)

    def test_the_second_is_refused(self):
        for option in ("--log", "--stdout-file", "--stderr-file", "--events"):
            with self.subTest(option=option):
                (self.work / "go").unlink(missing_ok=True)
                first = self.first(option, "f")
                if option != "--stderr-file":
                    wait_until(lambda: b"first 1" in (self.work / "f").read_bytes() or option == "--events", "it is written")
                before = (self.work / "f").read_bytes()
                for mode in ("truncate", "rotate"):
                    ended = self.oversee(option, "f", "--log-mode", mode, "touch", "ran")
                    self.assertEqual(ended.status, 125)
                    self.assertIn(b"another run is writing to it", ended.err)
                    self.assertFalse((self.work / "ran").exists())
                    self.assertTrue((self.work / "f").read_bytes().startswith(before))
                self.finish(first)
                self.assertTrue((self.work / "f").read_bytes().startswith(before))
                self.assertEqual(self.oversee(option, "f", "true").status, 0)

    def test_or_appends_and_loses_no_line(self):
        for mode in ("truncate", "append", "rotate"):
            with self.subTest(mode=mode):
                for name in ("go", "log"):
                    (self.work / name).unlink(missing_ok=True)
                first = self.first("--log", "log", "--log-mode", mode)
                self.assertEqual(self.oversee("--log", "log", "--log-mode", "append", "echo", "second").status, 0)
                self.finish(first)
                lines = (self.work / "log").read_bytes().split(b"\n")
                for text in (b"first 1", b"second", b"first 2"):
                    self.assertEqual(sum(line.endswith(b"out| " + text) for line in lines), 1, lines)
                self.assertEqual(sum(line.startswith(b"# finished") for line in lines), 2)
                self.assertNotIn(b"\0", (self.work / "log").read_bytes())

    def test_many_at_once_append_whole_lines(self):
        runs = [self.start(OVERSEE, "--log", "log", "--log-mode", "append", "sh", "-c",
                           "for i in 1 2 3 4 5; do echo $0-$i; done", f"r{i}") for i in range(12)]
        for each in runs:
            self.assertEqual(each.finish().status, 0)
        lines = (self.work / "log").read_bytes().split(b"\n")
        told = sorted(line.split(b"out| ")[1] for line in lines if b" out| " in line)
        self.assertEqual(told, sorted(b"r%d-%d" % (run, i) for run in range(12) for i in range(1, 6)))

    def test_a_killed_run_leaves_no_lock(self):
        first = self.first("--log", "log")
        first.signal(9)
        first.finish()
        self.assertEqual(self.oversee("--log", "log", "true").status, 0)

    def test_by_variable_and_file(self):
        for _ in range(2):
            self.assertEqual(self.oversee("--log", "v", "true", env={"OVERSEE_LOG_MODE": "append"}).status, 0)
        self.assertEqual((self.work / "v").read_bytes().count(b"# finished"), 2)
        self.file("oversee.toml", '[profile.p]\nlog = "t"\nlog-mode = "rotate"\n')
        for _ in range(2):
            self.assertEqual(self.oversee("-P", "p", "true").status, 0)
        for name in ("t", "t.1"):
            self.assertEqual((self.work / name).read_bytes().count(b"# finished"), 1)
        self.assertEqual(self.oversee("--log-mode", "delete", "true").status, 125)

    def test_what_is_appended_is_read_back_by_run(self):
        for text in ("one", "two"):
            self.assertEqual(self.oversee("--log", "log", "--log-mode", "append", "--name", text, "echo", text).status, 0)
        ids = [each[:-5] for each in self.files() if each.endswith(".json")]
        found = {self.oversee("logs", "--stdout", each).out for each in ids}
        self.assertEqual(found, {b"one\n", b"two\n"})


class Rotated(OverseeCase):
    def run_over(self, rotate, *options):
        os.mkfifo(self.work / "go")
        run = self.start(OVERSEE, *options, "sh", "-c", SAYS, "run")
        run.expect(b"run 1\n")
        wait_until(lambda: b"run 1\n" in (self.work / "f").read_bytes(), "it is written")
        rotate()
        with open(self.work / "go", "wb"):
            pass
        self.assertEqual(run.finish().status, 0)

    def rename(self):
        (self.work / "f").chmod(0o640)
        (self.work / "f").rename(self.work / "f.1")

    def create(self):
        self.rename()
        self.file("f", "", 0o604)

    def copytruncate(self):
        (self.work / "f.1").write_bytes((self.work / "f").read_bytes())
        os.truncate(self.work / "f", 0)

    def test_each_way_of_rotating_each_file(self):
        for option in ("--log", "--stdout-file"):
            for rotate in (self.rename, self.create, self.copytruncate):
                with self.subTest(option=option, rotate=rotate.__name__):
                    for name in ("go", "f", "f.1"):
                        (self.work / name).unlink(missing_ok=True)
                    self.run_over(rotate, option, "f")
                    old, new = (self.work / "f.1").read_bytes(), (self.work / "f").read_bytes()
                    self.assertIn(b"run 1\n", old)
                    self.assertNotIn(b"run 2\n", old)
                    self.assertIn(b"run 2\n", new)
                    self.assertNotIn(b"run 1\n", new)
                    self.assertNotIn(b"\0", new)
                    if option == "--log":
                        self.assertRegex(new, rb"^# oversee \S+  run \S+\n +\d+\.\d+ out\| run 2\n")
                        self.assertIn(b"\n# finished", new)
                        self.assertEqual(self.oversee("logs", "--stdout", "last").out, b"run 2\n")

    def test_the_next_file_has_the_mode_of_the_last(self):
        self.run_over(self.rename, "--log", "f")
        self.assertEqual((self.work / "f").stat().st_mode & 0o777, 0o640)

    def test_behind_a_link_it_is_the_links_file(self):
        (self.work / "real").mkdir()
        (self.work / "f").symlink_to("real/f")
        self.run_over(lambda: (self.work / "real" / "f").rename(self.work / "real" / "f.1"), "--log", "f")
        self.assertIn(b"run 2\n", (self.work / "real" / "f").read_bytes())
        self.assertTrue((self.work / "f").is_symlink())


class Attempts(OverseeCase):
    LINE = "echo out $OVERSEE_ATTEMPT; echo err $OVERSEE_ATTEMPT >&2; test $OVERSEE_ATTEMPT = 3"
    THRICE = ("-r", "2", "-d", "0")

    def test_a_copy_is_of_the_last_attempt(self):
        for more in ((), ("--only-final",)):
            with self.subTest(more=more):
                ended = self.oversee(*self.THRICE, *more, "--stdout-file", "o", "--stderr-file", "e", "-c", self.LINE)
                self.assertEqual(ended.status, 0)
                self.assertEqual((self.work / "o").read_bytes(), b"out 3\n")
                self.assertEqual((self.work / "e").read_bytes(), b"err 3\n")

    def test_both_in_one_file(self):
        self.oversee(*self.THRICE, "--stdout-file", "b", "--stderr-file", "b", "-c", self.LINE)
        self.assertEqual(sorted((self.work / "b").read_bytes().split(b"\n")), [b"", b"err 3", b"out 3"])

    def test_or_each_has_its_own(self):
        self.oversee(*self.THRICE, "--stdout-file", "o-%a.log", "--stderr-file", "100%%-%a", "-c", self.LINE)
        for i in (1, 2, 3):
            self.assertEqual((self.work / f"o-{i}.log").read_bytes(), b"out %d\n" % i)
            self.assertEqual((self.work / f"100%-{i}").read_bytes(), b"err %d\n" % i)
        self.oversee(*self.THRICE, "--stdout-file", "b%a", "--stderr-file", "b%a", "-c", self.LINE)
        for i in (1, 2, 3):
            self.assertEqual(sorted((self.work / f"b{i}").read_bytes().split(b"\n")), [b"", b"err %d" % i, b"out %d" % i])

    def test_one_that_cannot_be_made_is_no_success(self):
        (self.work / "o2").mkdir()
        ended = self.oversee("-r", "1", "-d", "0", "--stdout-file", "o%a", "-c", "echo $OVERSEE_ATTEMPT; test $OVERSEE_ATTEMPT = 2")
        self.assertEqual(ended.status, 125)
        self.assertIn(b"o2: Is a directory", ended.err)
        self.assert_summary(status="failed", reason="output_error")


if __name__ == "__main__":
    unittest.main()
