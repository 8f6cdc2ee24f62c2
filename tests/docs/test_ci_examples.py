"""Runs the examples in configs/ci/ as the CI services do: in the shell of a step or script, with their variables."""

import re
import shutil
import unittest
import xml.etree.ElementTree as ElementTree

from parser_list import ROOT, file_text
from test_examples import CONFIGS, Example

PASSING = "test:\n\t@echo all well\n"
FAILING = "test:\n\t@echo 'a.c:1: error: here'; exit 3\n"
FLAKY = "test:\n\t@test $$OVERSEE_ATTEMPT = 2 || { echo once; exit 3; }\n"


class Step(Example):
    def github(self):
        """The first step's command, run by the service's default shell (bash -e)."""
        line = re.search(r"^  run: (.*)$", (CONFIGS / "ci" / "github-step.yml").read_text(), re.MULTILINE).group(1)
        return self.run_here("bash", "-e", "-c", line, CI="true", GITHUB_ACTIONS="true", OVERSEE_DELAY="10ms",
                             GITHUB_STEP_SUMMARY=str(self.place / "summary.md"))

    def gitlab(self):
        text = (CONFIGS / "ci" / "gitlab-job.yml").read_text()
        lines = re.findall(r"^    - (.*)$", text.partition("  script:\n")[2].partition("  artifacts:")[0], re.MULTILINE)
        self.assertTrue(lines)
        return self.run_here("sh", "-e", "-c", "\n".join(lines), CI="true", GITLAB_CI="true", OVERSEE_DELAY="10ms")

    def outcome(self):
        """The elements of the report that describe outcomes."""
        case = ElementTree.parse(self.place / "test.xml").find("testsuite/testcase")
        return [each.tag for each in case if each.get("message")]

    def makefile(self, text):
        (self.place / "Makefile").write_text(text)

    def test_github_passes(self):
        self.makefile(PASSING)
        done = self.github()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"\A::group::make, attempt 1 of 3\nall well\n::endgroup::\noversee: completed: ")
        self.assertIn("| make | passed | ", (self.place / "summary.md").read_text())
        self.assertEqual(self.outcome(), [])

    def test_github_fails(self):
        self.makefile(FAILING)
        done = self.github()
        self.assertEqual((done.returncode, done.stderr), (2, ""))
        self.assertEqual(len(re.findall(r"^::error title=make failed::.*a\.c:1: error: here%0A", done.stdout,
                                        re.MULTILINE)), 1, done.stdout)
        self.assertIn("| make | failed | ", (self.place / "summary.md").read_text())
        self.assertEqual(self.outcome(), ["failure", "rerunFailure", "rerunFailure"])
        self.assertEqual(done.stdout.count("::group::"), 3)
        self.assertIn(" out| a.c:1: error: here\n", (self.place / "test.log").read_text())

    def test_gitlab_passes(self):
        self.makefile(PASSING)
        done = self.gitlab()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, "\\A\x1b\\[0Ksection_start:(?s:.*)all well\n\x1b\\[0Ksection_end:")
        self.assertEqual(self.outcome(), [])

    def test_gitlab_fails(self):
        self.makefile(FAILING)
        self.assertEqual(self.gitlab().returncode, 2)
        self.assertEqual(self.outcome(), ["failure", "rerunFailure", "rerunFailure"])

    def test_a_flaky_pass_is_told(self):
        self.makefile(FLAKY)
        done = self.github()
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"(?m)^::warning title=make is flaky::exit 0 .* in attempt 2 \(attempt 1: ")
        self.assertIn("| make | passed, flaky | ", (self.place / "summary.md").read_text())
        self.assertEqual(self.outcome(), ["flakyFailure"])
        self.assertEqual(self.gitlab().returncode, 0)
        self.assertEqual(self.outcome(), ["flakyFailure"])


class Makefile(Example):
    def make(self, **variables):
        variables["OVERSEE_DELAY"] = "10ms"
        self.assertTrue(shutil.which("make"), "make is not installed; configs/ci/Makefile cannot be run")
        return self.run_here("make", "--no-print-directory", "ci-test", **variables)

    def test_the_target_runs_here_and_in_a_service(self):
        shutil.copy(CONFIGS / "ci" / "Makefile", self.place)
        done = self.make()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the real tests stand here\n", done.stdout)
        self.assertNotIn("::", done.stdout)
        self.assertTrue((self.place / "test.md").read_text().startswith("# test: passed\n"))
        self.assertIn("::group::test", self.make(GITHUB_ACTIONS="true").stdout)

    def test_a_failure_stops_make(self):
        text = (CONFIGS / "ci" / "Makefile").read_text().replace("@echo 'the real tests stand here'", "@exit 3")
        (self.place / "Makefile").write_text(text)
        done = self.make()
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"ci-test\] Error 2")
        self.assertIn("# test: failed\n", (self.place / "test.md").read_text())


class Readme(unittest.TestCase):
    def test_its_snippets_are_those_that_are_run_here(self):
        section = file_text("README.md").partition("\n## In CI\n")[2].partition("\n## ")[0]
        blocks = re.findall(r"^```\w+\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        self.assertEqual(len(blocks), 3)
        configured = "\n".join(path.read_text() for path in sorted((ROOT / "configs" / "ci").iterdir()))
        for block in blocks:
            self.assertIn(block, configured)


if __name__ == "__main__":
    unittest.main(verbosity=2)
