"""Kills oversee with KILL at random moments while it writes each kind of file, for a given time; prints a summary.

After each kill a report must be the old one or a whole new one, never a part. The record must be whole and true, or be
listed as lost. Logs and events must consist of whole lines except the last. Exits 0 if so, else 1.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNITS = {"s": 1, "m": 60, "h": 3600}
BOUND = 20  # s, for the guard to complete files
OLD = {"r.json": '{"old": true}\n', "r.xml": "<testsuites/>\n", "r.md": "# old\n"}
COMMAND = "seq 200; seq 200 >&2; exit 3"


def seconds(text):
    return float(text[:-1]) * UNITS[text[-1]] if text[-1] in UNITS else float(text)


class Round:
    """One run, its files, and the kill."""

    def __init__(self, oversee, longest, chance):
        self.directory = Path(tempfile.mkdtemp(prefix="killed-writers-"))
        self.faults = []
        self.killed = False
        for name, text in OLD.items():
            (self.directory / name).write_text(text, encoding="utf-8")
        environment = {"PATH": os.environ["PATH"], "TMPDIR": str(self.directory), "LC_ALL": "C"}
        retries = chance.choice((0, 0, 2))
        options = ("--json", "r.json", "--junit", "r.xml", "--markdown", "r.md", "--events", "events", "--log", "run.log",
                   "--stdout-file", "out", "--stderr-file", "err", "-r", str(retries), "-d", "1ms", "--log-mode",
                   chance.choice(("truncate", "append", "rotate")))
        with subprocess.Popen([oversee, *options, "--", "sh", "-c", COMMAND], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.directory,
                              env=environment) as process:
            begun = time.monotonic()
            try:
                process.wait(chance.uniform(0, longest))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                self.killed = process.wait() == -signal.SIGKILL
            self.took = time.monotonic() - begun
            self.status = process.wait()
        self.environment = environment
        self.oversee = oversee

    def judge(self):
        """Returns the broken promises."""
        self.wait_for_guard()
        self.judge_reports()
        self.judge_record()
        self.judge_lines()
        if not self.killed and self.status != 3:
            self.faults.append(f"status {self.status}")
        return self.faults

    def guards(self):
        """The processes of the run, found by their TMPDIR."""
        mark = f"TMPDIR={self.directory}".encode() + b"\0"
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if mark in (entry / "environ").read_bytes():
                    yield int(entry.name)
            except OSError:
                pass

    def wait_for_guard(self):
        end = time.monotonic() + BOUND
        while left := list(self.guards()):
            if time.monotonic() > end:
                self.faults.append(f"processes are left: {left}")
                return
            time.sleep(0.005)

    def judge_reports(self):
        for name, is_whole in (("r.json", self.whole_json), ("r.xml", ElementTree.fromstring), ("r.md", self.whole_markdown)):
            text = (self.directory / name).read_text(encoding="utf-8")
            if text == OLD[name]:
                if not self.killed:
                    self.faults.append(f"{name} is the old one")
                continue
            try:
                is_whole(text)
            except (ValueError, ElementTree.ParseError) as error:
                self.faults.append(f"half of {name}: {error}")

    def whole_json(self, text):
        self.judge_end(json.loads(text), "r.json")

    def judge_end(self, document, name):
        """The command exits with 3 or dies with its supervisor, so it cannot have succeeded."""
        if document.get("status") not in ("failed", "running", "cancelled"):
            self.faults.append(f"{name} says {document.get('status')}")

    @staticmethod
    def whole_markdown(text):
        if not text.startswith("#") or not text.endswith("\n") or text.count("```") % 2:
            raise ValueError(text[-80:])

    def judge_record(self):
        for record in self.directory.glob("oversee-*/[!.]*.json"):
            text = record.read_text(encoding="utf-8")
            if not text:
                continue  # killed before it was written
            try:
                self.judge_end(json.loads(text), "the record")
            except ValueError as error:
                self.faults.append(f"half a record: {error}")
        # An empty record may belong for a while to a run that is about to start.
        empty = any(not each.stat().st_size for each in self.directory.glob("oversee-*/[!.]*.json"))
        for word in self.listed():
            if empty and word == "pending":
                continue
            if word not in ("failed", "lost", "cancelled"):
                self.faults.append(f"list says {word}")

    def listed(self):
        listed = subprocess.run([self.oversee, "list", "--format", "json"], capture_output=True, check=False, timeout=BOUND,
                                env=self.environment, stdin=subprocess.DEVNULL)
        return [each.get("status") for each in json.loads(listed.stdout or "[]")]

    def judge_lines(self):
        for name in ("events", "run.log", "out", "err"):
            path = self.directory / name
            lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
            if any(b"\0" in line for line in lines):
                self.faults.append(f"NULs in {name}")
            if name != "events":
                continue
            for line in lines:
                try:
                    json.loads(line)
                except ValueError:
                    self.faults.append(f"half an event: {line[:80]!r}")

    def remove(self):
        shutil.rmtree(self.directory, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("duration", nargs="?", default="10m", help="how long: 90s, 10m")
    parser.add_argument("--oversee", default=ROOT / "build" / "oversee")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="of the moments")
    arguments = parser.parse_args()
    oversee = str(Path(arguments.oversee).resolve())
    chance = random.Random(arguments.seed)
    counts = Counter()
    longest = 0.05
    end = time.monotonic() + seconds(arguments.duration)
    while time.monotonic() < end:
        each = Round(oversee, longest, chance)
        faults = each.judge()
        # Adapts the bound so that kills hit a run from its start until shortly after its end, on any machine.
        longest = longest * 0.98 if not each.killed else min(longest * 1.03, 5)
        counts["killed" if each.killed else "ended"] += 1
        for name, text in OLD.items():
            new = (each.directory / name).read_text(encoding="utf-8") != text
            counts[f"{name} is {'new' if new else 'old'}"] += 1
        for fault in faults:
            counts["faults"] += 1
            print(f"seed {arguments.seed}: {fault} ({each.directory})", flush=True)
        if not faults:
            each.remove()
    print(f"seed {arguments.seed}: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    return 1 if counts["faults"] or not counts["killed"] else 0


if __name__ == "__main__":
    sys.exit(main())
