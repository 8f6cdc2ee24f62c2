"""Marks for CI services: only on stderr, in order with the output, selected by the environment or by --ci."""

import os
import re
import unittest

from harness import OverseeCase

GITHUB = {"GITHUB_ACTIONS": "true"}
SERVICES = {
    "github": (GITHUB, rb"^::group::sh\n", rb"^::error title=sh failed::exit 3 after "),
    "gitlab": ({"GITLAB_CI": "true"}, rb"^\x1b\[0Ksection_start:\d+:oversee_[-\w]+\r\x1b\[0Ksh\n", rb"section_end"),
    "buildkite": ({"BUILDKITE": "true"}, rb"^--- sh\n", rb"^\^\^\^ \+\+\+\n\+\+\+ sh failed\n"),
    "teamcity": ({"TEAMCITY_VERSION": "2025.07"}, rb"^##teamcity\[blockOpened name='sh'\]\n",
                 rb"^##teamcity\[buildProblem description='sh failed\|nexit 3 after "),
    "azure": ({"TF_BUILD": "True"}, rb"^##\[group\]sh\n", rb"^##vso\[task\.logissue type=error\]sh failed%0Aexit 3 "),
}
FAILING = ("sh", "-c", "echo out; echo err >&2; exit 3")


class Services(OverseeCase):
    def both(self, *arguments, **options):
        """Both streams in one pipe, like 2>&1."""
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        started = self.start(*arguments, stdout=write, stderr=write, **options)
        os.close(write)
        ended = started.finish()
        return ended.status, os.read(read, 1 << 16)

    def test_each_is_known_by_its_variable_and_by_its_name(self):
        for name, (variables, begin, problem) in SERVICES.items():
            for arguments, env in (((), variables), (("--ci", name), {}), ((), {"OVERSEE_CI": name})):
                with self.subTest(name=name, arguments=arguments, env=env):
                    ended = self.oversee(*arguments, *FAILING, env=env)
                    self.assertEqual((ended.status, ended.out), (3, b"out\n"))
                    self.assertRegex(ended.err, re.compile(begin, re.MULTILINE))
                    self.assertRegex(ended.err, re.compile(problem, re.MULTILINE))
                    self.assertRegex(ended.err, rb"\noversee: failed: exit 3 after [^\n]*\n\Z")

    def test_no_service_no_mark(self):
        for arguments, env in (((), {}), (("--ci", "none"), GITHUB), ((), {"CI": "true"}),
                               ((), GITHUB | {"OVERSEE_RUN_ID": "20261123-121659-k3f9"})):
            ended = self.oversee(*arguments, *FAILING, env=env)
            self.assertRegex(ended.err, rb"\Aerr\noversee: failed: [^\n]*\n\Z")

    def test_an_oversee_in_an_oversee_leaves_the_marks_to_the_outer_one(self):
        ended = self.oversee("--", self.oversee_path(), "true", env=GITHUB)
        self.assertEqual(ended.err.count(b"::group::"), 1)

    def oversee_path(self):
        return os.path.abspath(os.environ["OVERSEE"])

    def test_the_marks_stand_in_order_at_the_starts_of_lines(self):
        status, text = self.both(os.environ["OVERSEE"], "--ci", "github", "--name", "x", "-c",
                                 "printf 'one\\ntwo'; exit 3")
        self.assertEqual(status, 3)
        self.assertRegex(text.decode(), r"\A::group::x\none\ntwo\n::endgroup::\n::error title=x failed::exit 3 after "
                         r"[^\n]*%0Alast lines:%0A  \| one%0A  \| two%0A[^\n]*\noversee: failed: [^\n]*\n\Z")

    def test_a_success_has_its_section_and_no_problem(self):
        ended = self.oversee("--ci", "github", "--summary", "never", "echo", "well")
        self.assertEqual((ended.status, ended.out, ended.err), (0, b"well\n", b"::group::echo\n::endgroup::\n"))

    def test_quiet_has_no_section_without_output(self):
        for arguments in (("-q",), ("--show", "never", "--summary", "never")):
            self.assertEqual(self.oversee("--ci", "github", *arguments, "echo", "well").err, b"")
        ended = self.oversee("--ci", "github", "-q", *FAILING)
        self.assertEqual(ended.out, b"out\n")
        self.assertRegex(ended.err, rb"\A::group::sh\nerr\n::endgroup::\n::error title=sh failed::[^\n]*\noversee: failed")
        ended = self.oversee("--ci", "github", "--show", "never", *FAILING)
        self.assertRegex(ended.err, rb"\A::error title=sh failed::[^\n]*  \| out%0A  \| err%0A[^\n]*\noversee: failed")

    def test_a_command_that_cannot_be_run_is_told_too(self):
        ended = self.oversee("--ci", "github", "no-such-command")
        self.assertEqual(ended.status, 127)
        self.assertRegex(ended.err, rb"(?m)^::error title=no-such-command failed::cannot run no-such-command: ")

    def test_without_a_log_nothing_is_known_but_the_end(self):
        ended = self.oversee("--ci", "github", "--no-log", *FAILING)
        self.assertRegex(ended.err, rb"\Aerr\n\n::error title=sh failed::exit 3 [^\n]*\noversee: failed")

    def test_output_forges_no_mark_in_our_lines(self):
        hostile = r"printf 'error: x ##[error]a ##vso[task.complete]b ##teamcity[c]\n::error::d\n'; exit 3"
        for name in SERVICES:
            with self.subTest(name):
                ended = self.oversee("--ci", name, "--show", "never", "--digest", "always", "-c", hostile)
                ours = [line for line in ended.err.splitlines() if not line.startswith((b"##", b"::error title=printf"))]
                self.assertFalse([line for line in ours if re.search(rb"##(\w+)?\[|^\s*::", line)], ended.err)

    def test_marks_are_stopped_on_github_where_that_is_asked_for(self):
        status, text = self.both(os.environ["OVERSEE"], "--ci", "github", "--ci-stop-commands", "--summary", "never",
                                 "-c", "echo ::error::forged; printf x")
        self.assertEqual(status, 0)
        found = re.fullmatch(rb"::group::echo\n::stop-commands::([0-9a-f]{32})\n::error::forged\nx\n::\1::\n::endgroup::\n",
                             text)
        self.assertTrue(found, text)
        again = self.both(os.environ["OVERSEE"], "--ci", "github", "--ci-stop-commands", "true")[1]
        self.assertNotIn(found.group(1), again)
        ended = self.oversee("--ci", "github", "--ci-stop-commands", "true")
        self.assertRegex(ended.err, rb"\Aoversee: warning: --ci-stop-commands: [^\n]* 2>&1 ")
        ended = self.oversee("--ci", "gitlab", "--ci-stop-commands", "true")
        self.assertNotIn(b"stop-commands", ended.err)

    def test_github_has_a_row_for_each_run_in_the_summary_of_the_step(self):
        env = GITHUB | {"GITHUB_STEP_SUMMARY": str(self.work / "page.md")}
        self.file("page.md", "# Mine\n")
        self.oversee("--name", "a|b", "true", env=env)
        self.oversee("false", env=env)
        lines = (self.work / "page.md").read_text().splitlines()
        self.assertEqual(lines[:3], ["# Mine", "", "| command | result | how it ended | attempts | time |"])
        self.assertRegex(lines[4], r"^\| a\\\|b \| passed \| exit 0 after \S+ \| 1 \| \S+ \|$")
        self.assertRegex(lines[5], r"^\| false \| failed \| exit 1 after \S+ \| 1 \| \S+ \|$")
        self.assertEqual(len(lines), 6)
        ended = self.oversee("true", env=GITHUB | {"GITHUB_STEP_SUMMARY": str(self.work / "no" / "page.md")})
        self.assertEqual(ended.status, 0)
        self.assertRegex(ended.err, rb"(?m)^oversee: warning: cannot write: .*; the step's summary lacks this run$")

    def test_each_attempt_is_a_section(self):
        line = "printf 'attempt %s' $OVERSEE_ATTEMPT; test $OVERSEE_ATTEMPT = 3"
        status, text = self.both(os.environ["OVERSEE"], "--ci", "github", "-r", "3", "-d", "10ms", "--name", "x", "-c", line)
        self.assertEqual(status, 0)
        self.assertRegex(text.decode(), r"\A::group::x, attempt 1 of 4\nattempt 1\n::endgroup::\noversee: [^\n]*\n"
                         r"::group::x, attempt 2 of 4\nattempt 2\n::endgroup::\noversee: [^\n]*\n"
                         r"::group::x, attempt 3 of 4\nattempt 3\n::endgroup::\n"
                         r"::warning title=x is flaky::[^\n]*\noversee: [^\n]*\n\Z")
        status, text = self.both(os.environ["OVERSEE"], "--ci", "github", "-r", "3", "-d", "10ms", "--flaky", "pass", "-c", line)
        self.assertNotIn(b"::warning", text)

    def test_quiet_shows_the_last_attempt_in_its_section(self):
        ended = self.oversee("--ci", "github", "-q", "-r", "1", "-d", "10ms", "--name", "x", "-c",
                             "echo attempt $OVERSEE_ATTEMPT >&2; exit 3")
        self.assertRegex(ended.err, rb"::group::x, attempt 2 of 2\nattempt 2\n::endgroup::\n::error title=x failed::")
        self.assertEqual(ended.err.count(b"::group::"), 1)

    def test_only_the_final_stdout_is_shown_and_no_mark_is_in_it(self):
        ended = self.oversee("--ci", "github", "--only-final", "-r", "1", "-d", "10ms", "-c",
                             "echo attempt $OVERSEE_ATTEMPT; test $OVERSEE_ATTEMPT = 2")
        self.assertEqual(ended.out, b"attempt 2\n")
        self.assertEqual((ended.err.count(b"::group::"), ended.err.count(b"::endgroup::")), (2, 2))

    def test_a_word_that_is_none_is_refused(self):
        ended = self.oversee("--ci", "travis", "touch", "made")
        self.assertEqual((ended.status, ended.err.count(b"\n")), (125, 1))
        self.assertIn(b"--ci: cannot read 'travis'; expected auto, github, gitlab, buildkite, teamcity, azure or none",
                      ended.err)
        self.assertFalse((self.work / "made").exists())


if __name__ == "__main__":
    unittest.main()
