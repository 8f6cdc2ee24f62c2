"""The texts of oversee help, generated from the manual pages: macros as plain text, sections as topics."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from parser_list import ROOT, file_text

sys.path.insert(0, str(ROOT / "man"))
from plain_text import Unknown, plain_text  # noqa: E402


def shown(*lines: str) -> list[str]:
    return plain_text(list(lines), "oversee").splitlines()


class PlainText(unittest.TestCase):
    def test_words_and_marks_are_put_together_as_in_the_page(self):
        for line, text in ((".Fl t , Fl Fl timeout Ar DUR", "-t, --timeout DUR"),
                           (".Fl m , Fl Fl max-cpu", "-m, --max-cpu"),
                           (".Fl Fl kill Cm group", "--kill group"),
                           (".Cm kill , report , fail", "kill, report, fail"),
                           (".Pq Fl Fl max-data ,", "(--max-data),"),
                           (".Pq see Fl Fl tail No in Xr oversee 1 .", "(see --tail in oversee(1))."),
                           (".Sx CGROUPS ) ;", "CGROUPS);"),
                           (".Sx WHAT OUTLIVES THE COMMAND .", "WHAT OUTLIVES THE COMMAND."),
                           (".Xr env 1 .", "env(1)."), (".Nm", "oversee"), (".Fl Fl", "--"),
                           (".Ev OVERSEE_TIMEOUT No and so on", "OVERSEE_TIMEOUT and so on"),
                           (".Li \\&|", "|"), (".Li \\&:", ":"), ("\\&.profile \\(aqa\\(aq \\(dq \\e", ".profile 'a' \" \\")):
            with self.subTest(line=line):
                self.assertEqual(shown(line), [f"    {text}"])

    def test_lines_are_joined_and_wrapped_within_80_columns(self):
        lines = shown(*["Some words and"] * 30, ".Pp", "The next", ".Fl t", "paragraph.")
        self.assertLessEqual(max(map(len, lines)), 79)
        self.assertGreater(max(map(len, lines)), 70)
        self.assertEqual(lines[-2:], ["", "    The next -t paragraph."])

    def test_lists(self):
        self.assertEqual(shown(".Bl -tag -width Ds", ".It 124", "Too late.", ".It Fl t", "More.", ".El", "After."),
                         ["    124", "        Too late.", "    -t", "        More.", "", "    After."])
        self.assertEqual(shown(".Bl -enum -compact", ".It", "one", ".It", "two", ".El"),
                         ["        1. one", "        2. two"])
        self.assertEqual(shown('.Bl -column "a" "b"', ".It Li long-name Ta x", ".It y Ta Li z", ".El"),
                         ["        long-name  x", "        y          z"])

    def test_literal_lines_stay_as_they_are(self):
        line = "a  b \\e " + "long " * 30
        self.assertEqual(shown(".Bd -literal", line, "", "\tx", ".Ed"),
                         ["    " + line.replace("\\e", "\\").rstrip(), "", "        x"])

    def test_what_it_does_not_know_is_refused(self):
        for line in (".Zz x", ".Bx", "an \\(em escape", ".It x"):
            with self.subTest(line=line), self.assertRaises(Unknown):
                plain_text([line], "oversee")

    def test_reads_the_pages_whole(self):
        for page in ("man/oversee-logs.1", "man/oversee-help.1"):
            body = file_text(page)
            plain_text(body[body.index(".Sh DESCRIPTION"):].splitlines(), "oversee")


class Topics(unittest.TestCase):
    def made(self, text: str) -> subprocess.CompletedProcess:
        with tempfile.TemporaryDirectory() as directory:
            page, output = Path(directory, "page.in"), Path(directory, "topics.cpp")
            page.write_text(".Nm oversee\n" + text)
            done = subprocess.run([sys.executable, str(ROOT / "man/topics.py"), str(output), str(page)],
                                  stderr=subprocess.PIPE, text=True, check=False)
            done.stdout = output.read_text() if output.exists() else ""
            return done

    def test_a_topic_is_its_section_and_no_more(self):
        source = self.made('.\\" @topic one The first\n.Sh ONE\na\n.Ss Part\nb\n.Sh TWO\nc\n').stdout
        self.assertIn('{R"man(one)man", R"man(The first)man", R"man(ONE\n    a\n\n  Part\n    b\n)man"}', source)

    def test_sections_of_one_name_are_one_topic(self):
        source = self.made('.\\" @topic one The first\n.Sh ONE\na\n.Sh TWO\nb\n.\\" @topic one\n.Sh THREE\nc\n').stdout
        self.assertIn('R"man(ONE\n    a\n\nTHREE\n    c\n)man"', source)

    def test_what_does_not_fit_is_refused(self):
        for text, why in (('.\\" @topic one\n.Sh ONE\n', "its first section has the summary"),
                          ('.\\" @topic one First\na\n', "before what is no section"),
                          ('.\\" @topic one First\n.Sh ONE\n.Zz\n', "macro .Zz"),
                          (f'.\\" @topic one {"x" * 64}\n.Sh ONE\n', "80 columns"),
                          ('.\\" @topic one First\n.Sh ONE\n.\\" @KEYS@\n', "made of the table")):
            with self.subTest(text=text):
                done = self.made(text)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn(why, done.stderr)

    def test_the_sections_that_people_look_for_are_topics(self):
        text = file_text("man/oversee.1.in")
        for name, title in {"exit-status": "EXIT STATUS", "signals": "SIGNALS", "files": "FILES", "bugs": "BUGS",
                            "environment": "ENVIRONMENT", "security": "SECURITY CONSIDERATIONS"}.items():
            self.assertRegex(text, rf'(?m)^\.\\" @topic {name} .+\n\.Sh {title}$')


if __name__ == "__main__":
    unittest.main(verbosity=2)
