"""The reports --junit and --markdown: valid, readable by other programs, written completely or reported as lost."""

import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

from harness import BOUND, SOURCE_ROOT, OverseeCase

GOLDEN = SOURCE_ROOT / "tests" / "golden"
# All 256 bytes, markup of XML and Markdown, and escape sequences.
HOSTILE = r"""
for i in 0 1 2 3; do for j in 0 1 2 3 4 5 6 7; do for k in 0 1 2 3 4 5 6 7; do printf "a\\$i$j$k"; done; done; done
printf '\n]]></system-out>\n<!-- & "\n```\n\033[31merror: red\033[0m\n'
exit 3
"""


def tool(case, name, package):
    if not shutil.which(name):
        case.skipTest(f"{name} is not installed (package {package})")


class Reports(OverseeCase):
    def run_tool(self, *argv, **options):
        return subprocess.run([str(each) for each in argv], cwd=self.work, capture_output=True, timeout=BOUND,
                              check=False, **options)

    def assert_valid(self, path):
        self.assertTrue(shutil.which("xmllint"), "xmllint is not installed (package libxml2-utils)")
        done = self.run_tool("xmllint", "--noout", "--schema", GOLDEN / "junit.xsd", path)
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    def test_each_end_is_a_valid_report(self):
        self.file("hostile", HOSTILE)
        runs = {"passed": ("-c", "echo well"), "failed": ("sh", "hostile"), "signal": ("-c", "kill -SEGV $$"),
                "timeout": ("-t", "100ms", "sleep", "9"), "not_found": ("no-such-command",),
                "named": ("--name", "a \"b\" <c>\n&d", "-c", "exit 1"), "unseen": ("--no-log", "false")}
        for name, arguments in runs.items():
            with self.subTest(name):
                self.oversee("--junit", f"{name}.xml", *arguments)
                self.assert_valid(f"{name}.xml")
        case = ElementTree.parse(self.work / "failed.xml").find("testsuite/testcase")
        self.assertIn("error: red\n", case.find("system-out").text)
        self.assertIn("first error: error: red\n", case.find("failure").text)
        self.assertEqual(ElementTree.parse(self.work / "named.xml").find("testsuite").get("name"), "a \"b\" <c>\n&d")
        self.assertEqual(ElementTree.parse(self.work / "passed.xml").find("testsuite/testcase/system-out").text, "well\n")

    def test_attempts_are_told_apart(self):
        for line, status, expected in (("exit 3", 3, ["failure", "rerunFailure"]),
                                       ("test $OVERSEE_ATTEMPT = 2", 0, ["flakyFailure"]),
                                       ("test $OVERSEE_ATTEMPT = 2 && exit 3; kill -SEGV $$", 3, ["failure", "rerunFailure"])):
            with self.subTest(line):
                self.assertEqual(self.oversee("-r", "1", "-d", "10ms", "--junit", "r.xml", "--markdown", "r.md", "-c",
                                              f"echo attempt $OVERSEE_ATTEMPT; {line}").status, status)
                self.assert_valid("r.xml")
                case = ElementTree.parse(self.work / "r.xml").find("testsuite/testcase")
                self.assertEqual([each.tag for each in case if each.get("message")], expected)
                self.assertEqual((self.work / "r.md").read_text().count("\n| 2 | "), 1)

    def test_the_schema_refuses_what_is_wrong(self):
        """The negative control of the test above."""
        self.oversee("--junit", "good.xml", "false")
        good = (self.work / "good.xml").read_text()
        for old, new in (("<testcase", "<testcase x=\"\""), ("type=\"exit\"", ""), ("failures=\"1\"", "failures=\"some\"")):
            self.file("bad.xml", good.replace(old, new))
            self.assertNotEqual(self.run_tool("xmllint", "--noout", "--schema", GOLDEN / "junit.xsd", "bad.xml").returncode, 0)

    def test_the_golden_reports_are_valid(self):
        for name in ("junit_rerun.xml", "junit_flaky.xml"):
            self.assert_valid(GOLDEN / name)

    def test_a_reader_shows_attempts_and_messages(self):
        tool(self, "xsltproc", "xsltproc")
        done = self.run_tool("xsltproc", GOLDEN / "junit_as_text.xsl", GOLDEN / "junit_flaky.xml")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.decode(), "1 test, 0 failures, 0 errors\noversee.make\n"
                         "flakyFailure (exit): attempt 1: exit 2 after 1.5s\n"
                         "flakyError (idle_timeout): attempt 2: timed out after 1.5s, silent for 0ms\nwell\n")

    def test_markdown_is_read_as_it_is_meant(self):
        tool(self, "pandoc", "pandoc; 170 MB, which is why ./dev does not install it")
        self.file("hostile", HOSTILE)
        self.oversee("--markdown", "report.md", "--name", "a|b <c> *d*", "sh", "hostile")
        done = self.run_tool("pandoc", "-f", "gfm", "-t", "html", "report.md")
        self.assertEqual(done.returncode, 0, done.stderr)
        html = done.stdout.decode()
        self.assertRegex(html, r"<h1[^>]*>a\|b &lt;c&gt; \*d\*: failed</h1>")
        self.assertEqual(html.count("<table>"), 1)
        self.assertEqual(html.count("<pre"), 3)
        self.assertIn("&lt;!-- &amp; &quot;\n```\nerror: red</code></pre>", html)
        self.assertEqual(html.count("<em>"), 0)

    def test_several_at_once(self):
        ended = self.oversee("--json", "r.json", "--markdown", "r.md", "-c", "exit 4",
                             env={"OVERSEE_JUNIT": "r.xml"})
        self.assertEqual(ended.status, 4)
        self.assertEqual(sorted(each.name for each in self.work.iterdir()), ["r.json", "r.md", "r.xml"])

    def test_a_place_that_cannot_be_is_refused_before_anything_runs(self):
        for flag in ("--junit", "--markdown"):
            for place, why in (("missing/r", b"missing"), (".", b"name a file in it"), ("-", b"'-' is not a file")):
                with self.subTest(flag=flag, place=place):
                    ended = self.oversee(flag, place, "touch", "made")
                    self.assertEqual((ended.status, ended.err.count(b"\n")), (125, 1), ended.err)
                    self.assertIn(why, ended.err)
                    self.assertFalse((self.work / "made").exists())
        ended = self.oversee("--junit", "r", "--markdown", "r", "touch", "made")
        self.assertEqual((ended.status, ended.err),
                         (125, b"oversee: --junit and --markdown name the same file; one would be lost\n"))

    def test_a_report_that_is_lost_makes_a_success_125(self):
        for flag in ("--junit", "--markdown"):
            for code, status in ((0, 125), (3, 3)):
                (self.work / "place").mkdir()
                ended = self.oversee(flag, "place/r", "-c", f"rm -r place; exit {code}")
                self.assertEqual(ended.status, status)
                self.assertRegex(ended.err, rb"(?m)^oversee: warning: cannot write: place/r")

    def test_the_command_does_not_inherit_where_reports_go(self):
        ended = self.oversee("env", env={"OVERSEE_JUNIT": "r.xml", "OVERSEE_MARKDOWN": "r.md"})
        self.assertNotIn(b"OVERSEE_JUNIT", ended.out)
        self.assertNotIn(b"OVERSEE_MARKDOWN", ended.out)


if __name__ == "__main__":
    unittest.main()
