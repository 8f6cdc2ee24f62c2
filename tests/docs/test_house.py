"""Checks the sources against the house plan (docs/design.md, section 7): includes, lengths, names."""

import os
import re
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["SOURCE_ROOT"]) / "src"
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)

# The folders that each folder may include in addition to itself.
MAY_KNOW = {
    "model": set(),
    "os": {"model"},
    "match": {"model"},
    "uv": {"model"},
    "report": {"model"},
    "settings": {"model", "match"},
    "history": {"model", "os"},
    "guard": {"model", "os"},
    "run": {"model", "match", "os", "uv", "guard"},
    "cli": {"model", "match", "os", "uv", "guard", "run", "report", "settings", "history"},
}
# Headers that only one folder may include.
ONLY_IN = {"uv.h": "uv", "re2/re2.h": "match", "utf8proc.h": "model", "CLI/CLI.hpp": "cli"}
SYSTEM = re.compile(r"(sys/.*|unistd|fcntl|poll|signal|dirent|termios|sched|time|pthread)(\.h)?$")
LONGEST = 700
# A /proc of another PID namespace names other processes, so paths below /proc/PID are made only where that is checked.
BY_NUMBER = re.compile(r'"/proc/\{')
ASKS_WHOSE_PROC = {"os/proc.cpp", "os/kernel_text.cpp"}
SAYS_NOTHING = re.compile(r"(^|_)(utils?|helpers?|common|misc)(_|$)")


def breaches(root):
    """Each broken rule as one sentence."""
    found = []
    for path in sorted(root.rglob("*.[ch]pp")):
        place = path.relative_to(root)
        text = path.read_text()
        lines = text.splitlines()
        if len(lines) > LONGEST:
            found.append(f"{place} has {len(lines)} lines")
        if BY_NUMBER.search(text) and str(place) not in ASKS_WHOSE_PROC:
            found.append(f"{place} makes a path in /proc by itself")
        if SAYS_NOTHING.search(place.stem):
            found.append(f"{place} has a name that says nothing")
        if not lines or not lines[0].startswith("// "):
            found.append(f"{place} does not open with its sentence")
        if len(place.parts) == 1:
            continue  # main.cpp may include every folder
        if place.parts[0] == "precompiled":
            continue  # system headers only, for the compiler's speed
        folder = place.parts[0]
        if folder not in MAY_KNOW:
            found.append(f"{place} is in a folder that the plan does not have")
            continue
        for kind, name in INCLUDE.findall(text):
            found += [f"{place} {breach}" for breach in breach_of(folder, kind, name)]
    return found


def breach_of(folder, kind, name):
    owner = ONLY_IN.get(name)
    if owner and owner != folder:
        yield f"includes {name}, which is {owner}'s alone"
    if kind == "<":
        if folder == "model" and SYSTEM.match(name):
            yield f"includes {name}: the model knows no system"
        return
    other = name.split("/")[0]
    if other != folder and other not in MAY_KNOW[folder]:
        yield f"includes {name}: {folder} may not know {other}"


class House(unittest.TestCase):
    def test_the_sources_keep_the_plan(self):
        self.assertGreater(len(list(SOURCE.rglob("*.cpp"))), 30)
        self.assertEqual(breaches(SOURCE), [])

    def test_a_broken_rule_is_found(self):
        """The negative control: each file breaks one rule."""
        cases = {
            "model/a.cpp": ('// A.\n#include "os/clock.hpp"\n', "model may not know os"),
            "model/b.cpp": ("// B.\n#include <unistd.h>\n", "the model knows no system"),
            "os/c.cpp": ('// C.\n#include "uv/loop.hpp"\n', "os may not know uv"),
            "guard/d.cpp": ("// D.\n#include <uv.h>\n", "uv's alone"),
            "report/e.cpp": ('// E.\n#  include "run/attempt.hpp"\n', "report may not know run"),
            "run/f.cpp": ('// F.\n#include "report/relay.hpp"\n', "run may not know report"),
            "os/g_utils.cpp": ("// G.\n", "says nothing"),
            "os/h.cpp": ("#pragma once\n", "open with its sentence"),
            "os/i.cpp": ("// I.\n" * 701, "701 lines"),
            "os/k.cpp": ('// K.\nauto path = fmt::format("/proc/{}/stat", pid);\n', "in /proc by itself"),
            "misc_things/j.cpp": ("// J.\n", "plan does not have"),
        }
        for place, (text, expected) in cases.items():
            with self.subTest(place=place), tempfile.TemporaryDirectory() as directory:
                path = Path(directory) / place
                path.parent.mkdir()
                path.write_text(text)
                found = breaches(Path(directory))
                self.assertEqual(len(found), 1, found)
                self.assertIn(expected, found[0])

    def test_a_good_file_is_good(self):
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "run" / "good.cpp"
            path.parent.mkdir()
            path.write_text('// Good.\n#include <unistd.h>\n#include "uv/loop.hpp"\n#include "run/attempt.hpp"\n')
            self.assertEqual(breaches(Path(directory)), [])


if __name__ == "__main__":
    unittest.main()
