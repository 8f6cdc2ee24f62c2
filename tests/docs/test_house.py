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
LONGEST_FUNCTION = 60
# A header with one user is no interface: what it declares belongs into that user's source.
SMALL_HEADER = 40
# Small headers with one includer, and why they stay.
INTERFACES = {
    "cli/arguments.hpp": "called by main.cpp",
    "cli/cli11.hpp": "the only place that includes CLI11",
    "cli/help_topics.hpp": "declares texts that the build makes",
    "cli/lost_run.hpp": "called by main.cpp",
    "cli/run_command.hpp": "called by main.cpp",
    "cli/toml_schema.hpp": "called by main.cpp",
    "os/event_target.hpp": "system calls for another layer",
    "os/needed_calls.hpp": "system calls for main.cpp",
    "os/owned_file.hpp": "system calls for another layer",
    "os/scratch_file.hpp": "system calls for another layer",
    "settings/toml.hpp": "the only place that includes toml++",
}
# Those that still have to move, each with what is in the way.
NOT_MOVED_YET = {
    "cli/named_outputs.hpp": "outputs.cpp would have 690 lines",
    "guard/group_stop.hpp": "guard.cpp would pass 700 lines with these four",
    "guard/memory_kills.hpp": "guard.cpp would pass 700 lines with these four",
    "guard/survivors.hpp": "guard.cpp would pass 700 lines with these four",
    "guard/usage.hpp": "guard.cpp would pass 700 lines with these four",
    "report/raw_copy.hpp": "its user is in another layer",
    "report/stream_filter.hpp": "its user is in another layer",
}
# A /proc of another PID namespace names other processes, so paths below /proc/PID are made only where that is checked.
BY_NUMBER = re.compile(r'"/proc/\{')
ASKS_WHOSE_PROC = {"os/proc.cpp", "os/kernel_text.cpp"}
FUNCTION = re.compile(r"^[A-Za-z].*\)[^;=]*\{$")
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
        found += [f"{place} {breach}" for breach in long_functions(lines)]
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


def long_functions(lines):
    """Functions outside of classes, by clang-format's layout: they begin and end at the start of a line."""
    begun = None
    for number, line in enumerate(lines):
        if begun is None and FUNCTION.match(line):
            begun = number
        elif line.startswith("}") and begun is not None:
            length = number - begun + 1
            if length > LONGEST_FUNCTION:
                yield f"has a function of {length} lines: {lines[begun]}"
            begun = None


def lonely_headers(root, users):
    """Small headers that at most one file includes, apart from their own source. A unit test is a user."""
    includers = {}
    for path in users:
        for kind, name in INCLUDE.findall(path.read_text()):
            if kind == '"' and path != root / name.replace(".hpp", ".cpp"):
                includers[name] = includers.get(name, 0) + 1
    for path in sorted(root.rglob("*.hpp")):
        place = str(path.relative_to(root))
        if len(path.read_text().splitlines()) < SMALL_HEADER and includers.get(place, 0) <= 1:
            yield place


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
            "os/l.cpp": ("// L.\nint l() {\n" + "  l();\n" * 59 + "}\n", "a function of 61 lines"),
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

    def test_a_header_is_an_interface(self):
        users = [*SOURCE.rglob("*.[ch]pp"), *(SOURCE.parent / "tests").rglob("*.[ch]pp")]
        lonely = [place for place in lonely_headers(SOURCE, users) if not place.startswith("precompiled/")]
        self.assertEqual([place for place in lonely if place not in INTERFACES | NOT_MOVED_YET], [])
        self.assertEqual([place for place in INTERFACES | NOT_MOVED_YET if place not in lonely], [],
                         "the lists name no more than needed")

    def test_a_header_with_one_user_is_found(self):
        """The negative control."""
        with tempfile.TemporaryDirectory() as directory:
            root = Path(directory)
            for name, text in {"a.hpp": "// A.\n", "a.cpp": '// A.\n#include "a.hpp"\n', "b.hpp": "// B.\n",
                               "c.cpp": '// C.\n#include "a.hpp"\n#include "b.hpp"\n',
                               "d.cpp": '// D.\n#include "b.hpp"\n'}.items():
                (root / name).write_text(text)
            self.assertEqual(list(lonely_headers(root, root.rglob("*.[ch]pp"))), ["a.hpp"])

    def test_a_function_of_sixty_lines_is_good(self):
        self.assertEqual(list(long_functions(["int a() {", *["  a();"] * 58, "}"])), [])

    def test_a_good_file_is_good(self):
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "run" / "good.cpp"
            path.parent.mkdir()
            path.write_text('// Good.\n#include <unistd.h>\n#include "uv/loop.hpp"\n#include "run/attempt.hpp"\n')
            self.assertEqual(breaches(Path(directory)), [])


if __name__ == "__main__":
    unittest.main()
