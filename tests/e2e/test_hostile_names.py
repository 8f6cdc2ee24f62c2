"""Two hundred names that could harm a terminal or a reader, in every verb and report."""

import json
import os
import random
import re
import subprocess
import unicodedata
import unittest
import xml.etree.ElementTree

from harness import BOUND, OVERSEE, OverseeCase
from terminal import Terminal

INVISIBLE = "\u00ad\u034f\u061c\u115f\u3164\ufeff\uffa0" + "".join(map(chr, [*range(0x200b, 0x2010), *range(0x2028, 0x202f),
                                                                        *range(0x2060, 0x2070), 0xe0001, 0xe0041]))
HARMFUL = [bytes([byte]) for byte in range(1, 0x20)] + [b"\x7f"]
HARMFUL += [chr(code).encode() for code in range(0x80, 0xa0)] + [each.encode() for each in INVISIBLE]
HARMFUL += [bytes([byte]) for byte in range(0x80, 0x100)]  # not UTF-8
HARMFUL += [b"\x1b[2J", b"\x1b]0;title\a", "\u009b31m".encode(), b"\xe2\x80", b"\xed\xa0\x80", b"\xc0\x9b", b"\r\nforged: "]
HARMLESS = [b"name", b" ", b"'", b'"', b"$(id)", b"`", b"<b>", b"&", b"|", b"\\", "日本語".encode(), "é".encode(), b"-", b"*", b"::"]


def hostile_names(count):
    chance = random.Random(20261130)
    rest = list(HARMFUL)
    for _ in range(count):
        parts = [rest.pop() if rest else chance.choice(HARMFUL) for _ in range(2)]
        parts += chance.choices(HARMLESS, k=chance.randrange(1, 4))
        chance.shuffle(parts)
        yield b"x" + b"".join(parts)
    assert not rest, "each of them is in a name"


def harm_in(text):
    """The harmful bytes in the text; newlines are harmless."""
    try:
        characters = text.decode()
    except UnicodeDecodeError as error:
        return f"not UTF-8: {error}"
    return [f"U+{ord(each):04X}" for each in characters
            if each != "\n" and (unicodedata.category(each) in ("Cc", "Zl", "Zp", "Cs") or each in INVISIBLE)]


NAMES = list(hostile_names(200))
SERVICES = ("none", "github", "gitlab", "buildkite", "teamcity", "azure")


class HostileNames(OverseeCase):
    def assert_harmless(self, what, name, *texts):
        for text in texts:
            self.assertFalse(harm_in(text), f"{what} of {name!r}: {text!r}")

    def oversee(self, *arguments):
        """Like the harness's method, but keeps no output until the end of the test: there are a thousand runs."""
        return subprocess.run([OVERSEE, *arguments], env=self.environment(), cwd=self.work, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=BOUND, check=False)

    def call(self, name, *arguments, statuses=(0, 1, 124, 125, 127)):
        ended = self.oversee(*arguments)
        self.assertIn(ended.returncode, statuses, ended.stderr)
        self.assert_harmless(arguments, name, ended.stdout, ended.stderr)
        return ended

    def test_in_runs_and_their_reports(self):
        for number, name in enumerate(NAMES):
            reports = [flag for each in ("json", "junit", "markdown", "events") for flag in (f"--{each}", f"report.{each}")]
            # GitLab's section marks end with CR and a sequence that clears the line, as GitLab documents.
            service = SERVICES[number % len(SERVICES)]
            ended = self.oversee("--ci", service, "--digest", "always", "--name", name, "--label",
                                 b"k=" + name, *reports, "sh", "-c", "exit 1", name)
            self.assertEqual(ended.returncode, 1, ended.stderr)
            ours = re.sub(rb"\r?\x1b\[0K", b"", ended.stderr) if service == "gitlab" else ended.stderr
            self.assert_harmless(service, name, ours)
            for each in ("json", "junit", "markdown", "events"):
                self.assert_harmless(each, name, (self.work / f"report.{each}").read_bytes())
            json.loads((self.work / "report.json").read_bytes())
            xml.etree.ElementTree.parse(self.work / "report.junit")
        for arguments in (("list", "--limit", "none"), ("list", "--limit", "none", "--format", "json"), ("stats",),
                          ("stats", "--format", "json"), ("clean", "--keep", "0", "--dry-run"),
                          ("clean", "--keep", "0", "--dry-run", "--format", "json")):
            self.assertTrue(self.call("all", *arguments, statuses=(0,)).stdout)
        for record in sorted(self.records.glob("*.json"))[::10]:
            for arguments in (("show",), ("show", "--format", "json"), ("logs", "--plain"), ("wait",), ("cancel",)):
                self.call(record, arguments[0], record.stem, *arguments[1:])

    def test_in_arguments_of_verbs(self):
        for name in NAMES[::2]:
            for arguments in (("show", name), ("help", name), ("logs", name), ("list", "--status", name),
                              ("stats", "--name", name), ("check", name), ("-t", name, "true"), ("-P", name, "true"),
                              ("--explain", "--name", name, "-E", b"A=" + name, "true", name)):
                self.call(name, *arguments)

    def test_in_settings_files(self):
        for name in NAMES[::2]:
            text = b'[profile."' + name.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"]\ndescription = "x"\nnam = 1 # ' + name
            self.file("oversee.toml", text)
            for arguments in (("check",), ("profiles",), ("profiles", "--names"), ("profiles", "--format", "json"), ("true",)):
                self.call(name, *arguments)

    def test_in_a_damaged_record(self):
        self.oversee("true")
        path = self.the_only(".json")
        good = path.read_bytes()
        for name in NAMES[::4]:
            path.write_bytes(good.replace(b'"name": "true"', b'"name": "' + name + b'"'))
            for arguments in (("show", "last"), ("show", "last", "--format", "json"), ("list",), ("stats",),
                              ("clean", "--keep", "0", "--dry-run")):
                self.call(name, *arguments)

    def test_a_process_that_is_named_by_it(self):
        for name in NAMES[::20]:
            script = os.fsencode(self.work) + b"/" + name.replace(b"/", b"_").replace(b"\0", b"")
            with open(script, "wb") as file:
                file.write(b"#!/bin/sh\nsleep 99 &\n")
            os.chmod(script, 0o755)
            self.call(name, "--leaks", "fail", "--leak-timeout", "50ms", script, statuses=(122,))


class Widths(OverseeCase):
    NAMES = ("日本語" * 20, "e\u0301" * 60, "\U0001f600" * 30, "\u2764\ufe0f" * 40, "한글 " * 20)

    @staticmethod
    def columns(line):
        """By Python's tables; characters with an emoji variation selector are wide."""
        wide = sum(0 if unicodedata.category(each) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(each) in "WF" else 1
                   for each in line)
        return wide + line.count("\ufe0f")

    def test_no_line_is_wider_than_the_terminal(self):
        for name in self.NAMES:
            self.oversee("--name", name, "false")
        for verb in (("list",), ("show", "last"), ("stats",)):
            for width in (40, 60, 80):
                terminal = Terminal(self, "sh", "-c", f'stty columns {width}; exec "$@"', "sh", OVERSEE, *verb)
                terminal.finish()
                for line in terminal.seen.decode().split("\r\n"):
                    self.assertLessEqual(self.columns(line), width, f"{verb}: {line!r}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
