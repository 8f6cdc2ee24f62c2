"""Runs the examples in configs/ and the manual page's recipe; for examples that cannot run here, checks the options."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from parser_list import OVERSEE, ROOT, WORDS, file_text, options_used

CONFIGS = ROOT / "configs"
BOUND = 60


class Example(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.place = Path(temporary.name)
        programs = self.place / "programs"
        programs.mkdir()
        (programs / "oversee").symlink_to(OVERSEE)
        self.environment = {"PATH": f"{programs}:{os.environ['PATH']}", "TMPDIR": str(self.place), "LC_ALL": "C.UTF-8"}

    def script(self, name: str, text: str) -> Path:
        path = self.place / name
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return path

    def run_here(self, *argv: str, **variables: str) -> subprocess.CompletedProcess:
        return subprocess.run(argv, cwd=self.place, env=self.environment | variables, stdin=subprocess.DEVNULL,
                              capture_output=True, encoding="utf-8", errors="replace", timeout=BOUND, check=False)


class Makefile(Example):
    def setUp(self):
        super().setUp()
        self.assertTrue(shutil.which("make"), "make is not installed; configs/Makefile cannot be run")
        shutil.copy(CONFIGS / "Makefile", self.place)

    def test_a_passing_test_passes(self):
        self.script("run-tests", "echo all well")
        done = self.run_here("make", "test")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("all well\n", done.stdout)
        self.assertIn(" out| all well\n", (self.place / "test.log").read_text())
        self.assertEqual(json.loads((self.place / "test.json").read_text())["status"], "completed")

    def test_a_failing_test_stops_make_with_its_status(self):
        self.script("run-tests", "exit 3")
        done = self.run_here("make", "test")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"test\] Error 3")

    def test_a_hanging_test_is_ended(self):
        self.script("run-tests", "sleep 20 & sleep 20")
        done = self.run_here("make", "test", "TEST_TIMEOUT=300ms")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"test\] Error 124")
        self.assertEqual(json.loads((self.place / "test.json").read_text())["reason"], "timeout")

    def test_the_inner_make_shares_the_job_slots(self):
        done = self.run_here("make", "-j2", "build")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the real build stands here\n", done.stdout)
        self.assertNotIn("jobserver unavailable", done.stderr)


class Nightly(Example):
    def setUp(self):
        super().setUp()
        self.logs = self.place / "logs"

    def nightly(self, job: Path, *arguments: str) -> subprocess.CompletedProcess:
        return self.run_here(str(CONFIGS / "nightly.sh"), *arguments, NIGHTLY_JOB=str(job), NIGHTLY_LOGS=str(self.logs))

    def only_log(self) -> str:
        logs = list(self.logs.glob("*.log"))
        self.assertEqual(len(logs), 1)
        return logs[0].read_text()

    def test_a_night_without_a_fault_says_nothing(self):
        done = self.nightly(self.script("backup", 'echo saved "$1"; cat'), "home")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertIn(" out| saved home\n", self.only_log())
        self.assertEqual(json.loads((self.logs / "last.json").read_text())["name"], "nightly")

    def test_a_fault_is_told_with_the_log_and_the_status(self):
        done = self.nightly(self.script("backup", "echo disk full >&2; exit 7"))
        self.assertEqual((done.returncode, done.stdout), (7, ""))
        self.assertRegex(done.stderr, rf"^disk full\noversee: failed: exit 7 after \S+ \[log {self.logs}/\S+\.log\]\n$")
        self.assertIn(" err| disk full\n", self.only_log())

    def test_logs_go_after_a_month(self):
        self.logs.mkdir()
        for name, days in (("old.log", 32), ("new.log", 2)):
            (self.logs / name).touch()
            then = time.time() - days * 86400
            os.utime(self.logs / name, (then, then))
        self.assertEqual(self.nightly(self.script("backup", "true")).returncode, 0)
        self.assertFalse((self.logs / "old.log").exists())
        self.assertTrue((self.logs / "new.log").exists())


class ManualPage(Example):
    def test_its_recipe_gives_a_stream_back_to_the_byte(self):
        recipe = re.search(r"^perl -ne .*$", file_text("man/oversee.1.in"), re.MULTILINE)
        self.assertIsNotNone(recipe, "the page has no recipe")
        command = recipe.group().replace(r"\(aq", "'").replace(r"\e", "\\")
        written = b"a\0b\r\n# oversee\n\n \xff last, without a newline"
        (self.place / "written").write_bytes(written)
        done = self.run_here("oversee", "--log", "run.log", "--summary", "never", "--", "cat", "written")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(shutil.which("perl"), "perl is not installed; the recipe cannot be run")
        done = subprocess.run(["sh", "-c", command], cwd=self.place, stdout=subprocess.PIPE, timeout=BOUND, check=False)
        self.assertEqual(done.stdout, written)


class AllExamples(unittest.TestCase):
    def test_each_opens_with_a_sentence_and_uses_known_options_only(self):
        # JSON files have no comments, and the files of a Debian package are not examples.
        files = [path for path in CONFIGS.rglob("*")
                 if path.is_file() and path.suffix != ".json" and path.parent.name not in ("debian", "source")]
        self.assertGreaterEqual(len(files), 13)
        for path in files:
            with self.subTest(file=path.name):
                text = path.read_text()
                self.assertTrue(text.removeprefix("#!/bin/sh\n").startswith("# "))
                if path.suffix != ".toml":  # comments in TOML files name verbs and profiles
                    self.assertEqual([word for word in options_used(text) if word not in WORDS], [])

    def test_the_options_of_each_are_found(self):
        for name in ("Makefile", "nightly.sh", "Dockerfile-entrypoint", "ci/github-step.yml", "ci/gitlab-job.yml",
                     "ci/Makefile", "slurm-array.sh", "cron.d-oversee-nightly", "pre-commit-config.yaml"):
            self.assertTrue(options_used((CONFIGS / name).read_text()), name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
