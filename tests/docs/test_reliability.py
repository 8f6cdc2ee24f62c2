"""Compares docs/reliability.md with the mechanisms; checks that the tests named there and in docs/security.md exist."""

import os
import re
import unittest
from pathlib import Path

ROOT = Path(os.environ["SOURCE_ROOT"])
PAGE = (ROOT / "docs" / "reliability.md").read_text()
SECURITY = (ROOT / "docs" / "security.md").read_text()


def mechanisms():
    return re.findall(r'return "([a-z-]+)";', (ROOT / "src" / "model" / "mechanism.hpp").read_text())


def rows(first_cell, page=PAGE):
    """The rows of the tables whose first cell matches, each a list of cells."""
    lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in page.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in lines if re.fullmatch(first_cell, line[0].strip())]


def missing_tests(cell):
    """The names in a cell that are not tests; an ellipsis at either end abbreviates a name."""
    for reference in cell.split(";"):
        module = re.search(r"`(?:test_\w+|unit/[\w/.]+)`", reference)
        if module is None:
            continue
        name = module[0].strip("`")
        path = ROOT / "tests" / (name if name.startswith("unit/") else f"e2e/{name}.py")
        if not path.exists():
            yield name
            continue
        names = re.findall(r"(?:class|def) (\w+)", path.read_text())
        for word in re.findall(r"[\w…]+", reference.replace(module[0], "")):
            pattern = re.escape(word).replace("…", r"\w*")
            if not any(re.fullmatch(pattern, each) for each in names):
                yield f"{name} {word}"


class Reliability(unittest.TestCase):
    def test_every_mechanism_has_its_row(self):
        named = [name for row in rows("`[a-z-]+`.*") for name in re.findall(r"`([a-z-]+)`", row[0])]
        self.assertEqual(sorted(named), sorted(mechanisms()))

    def test_every_mechanism_has_its_control(self):
        tests = "".join(path.read_text() for path in (ROOT / "tests").glob("e2e/test_*.py"))
        tests += "".join(path.read_text() for path in (ROOT / "tests" / "unit").rglob("*_test.cpp"))
        for name in mechanisms():
            used = rf'[",]{name}[",]|Mechanism::{name.replace("-", "_")}\b'
            self.assertRegex(tests, used, f"no test does without {name}")

    def test_every_fuzz_target_has_its_row_and_something_to_start_from(self):
        targets = [path.name for path in (ROOT / "tests" / "fuzz").glob("*.cpp")]
        self.assertEqual(sorted(row[0].strip("`") for row in rows(r"`\w+\.cpp`")), sorted(targets))
        for target in targets:
            self.assertTrue(list((ROOT / "tests" / "fuzz" / "corpus" / target.removesuffix(".cpp")).iterdir()), target)

    def test_every_scenario_has_its_tests(self):
        scenarios = rows(r"\d+(–\d+)?")
        numbers = []
        for first, *_ in scenarios:
            low, _, high = first.partition("–")
            numbers += range(int(low), int(high or low) + 1)
        self.assertEqual(numbers, list(range(1, 1 + max(25, len(numbers)))))
        for row in scenarios:
            self.assertIn("`test_", row[-1], row)

    def test_the_tests_that_are_named_are_there(self):
        for row in rows(r"\d+(–\d+)?|`[a-z-]+`.*"):
            self.assertEqual(list(missing_tests(row[-1])), [], row)

    def test_every_threat_has_its_tests(self):
        threats = rows(r"[A-Z].*", SECURITY)
        self.assertGreater(len(threats), 10)
        for row in threats:
            self.assertRegex(row[-1], r"`(test_|unit/)", row)
            self.assertEqual(list(missing_tests(row[-1])), [], row)

    def test_control_a_test_that_is_not_there(self):
        self.assertEqual(list(missing_tests("`test_readers` Leaves test_no_such_thing; `test_nothing` Leaves")),
                         ["test_readers test_no_such_thing", "test_nothing"])


if __name__ == "__main__":
    unittest.main()
