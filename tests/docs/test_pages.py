"""Checks README, CONTRIBUTING and docs: links, named source files, options, length and the form of decision pages."""

import re
import unittest

from parser_list import ROOT, WORDS, file_text, options_used

PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md",
         *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").rglob("*.md")))]
DECISIONS = [page for page in PAGES if page.startswith("docs/decisions/")]
LONGEST = {"README.md": 200, "docs/design.md": 300} | dict.fromkeys(DECISIONS, 45)
FOLDERS = sorted(path.name for path in (ROOT / "src").iterdir() if path.is_dir())
NAMED = re.compile(rf"`(?:src/)?((?:{'|'.join(FOLDERS)})/\w+(?:\.[ch]pp)?)[`:]")


def broken_links(page, text):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if "://" not in target and not ((ROOT / page).parent / target).exists():
            yield target


def missing_sources(text):
    for name in NAMED.findall(text):
        if "X_" in name:  # a placeholder
            continue
        path = ROOT / "src" / name
        if not (path.exists() or path.with_suffix(".cpp").exists() or path.with_suffix(".hpp").exists()):
            yield name


class Pages(unittest.TestCase):
    def test_links_lead_to_files(self):
        for page in PAGES:
            self.assertEqual(list(broken_links(page, file_text(page))), [], page)

    def test_named_source_files_exist(self):
        for page in PAGES:
            if page not in ("CHANGELOG.md", "docs/performance.md"):
                self.assertEqual(list(missing_sources(file_text(page))), [], page)

    def test_they_are_short(self):
        for page, most in LONGEST.items():
            self.assertLessEqual(len(file_text(page).splitlines()), most, page)

    def test_each_decision_has_its_three_parts_and_is_listed(self):
        listed = file_text("docs/design.md")
        for page in DECISIONS:
            titles = re.findall(r"^## (.*)$", file_text(page), re.MULTILINE)
            self.assertEqual([title for title in titles if title in ("Context", "Decision", "Consequences")],
                             ["Context", "Decision", "Consequences"], page)
            self.assertIn(f"({page.removeprefix('docs/')})", listed)

    def test_decisions_that_are_named_by_number_exist(self):
        known = {page.removeprefix("docs/decisions/")[:3] for page in DECISIONS}
        for page in PAGES:
            named = set(re.findall(r"\bdecisions? (\d{3})\b", file_text(page)))
            self.assertEqual(named - known, set(), page)

    def test_options_of_the_readme_are_known(self):
        blocks = "\n".join(re.findall(r"^```\w+\n(.*?)^```$", file_text("README.md"), re.MULTILINE | re.DOTALL))
        used = options_used(blocks)
        self.assertGreater(len(used), 10)
        self.assertEqual([word for word in used if word not in WORDS and word != "--"], [])

    def test_control_each_fault_is_found(self):
        self.assertEqual(list(broken_links("README.md", "[a](docs/nowhere.md) [b](docs/design.md#x) [c](https://x.org)")),
                         ["docs/nowhere.md"])
        self.assertEqual(list(missing_sources("`run/no_such.cpp`, `run/attempt.cpp`, `os/file`, `model/nothing`")),
                         ["run/no_such.cpp", "model/nothing"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
