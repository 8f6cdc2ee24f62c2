"""A command retried thousands of times: memory, record and reports stay bounded, and the gap is reported."""

import json
import os
import unittest
import xml.etree.ElementTree
from pathlib import Path

from harness import OVERSEE, OverseeCase, guard_of

FIRST, LAST = 31, 32
REPORTS = ("--junit", "report.xml", "--markdown", "report.md", "--json", "report.json", "--events", "events.jsonl",
           "--digest", "always", "--ci", "github")


def resident(pid):
    """Resident memory in KiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS:")))


class ManyAttempts(OverseeCase):
    @unittest.skipIf("SANITIZED" in os.environ, "a sanitizer keeps what is freed")
    def test_memory_does_not_grow_by_the_attempt(self):
        os.mkfifo(self.work / "go")
        early, late = 100, 600
        script = f"""case $OVERSEE_ATTEMPT in *00) echo "at $OVERSEE_ATTEMPT.";; esac
                     case $OVERSEE_ATTEMPT in {early}|{late}) read -r line <go;; esac; exit 1"""
        run = self.start(OVERSEE, "-r", 100_000, "-d", "0", *REPORTS, "sh", "-c", script)
        sizes = []
        for attempt in range(early, late + 1, 100):
            run.expect(b"at %d.\n" % attempt)
            if attempt not in (early, late):
                continue
            sizes.append(resident(run.pid))
            self.assertLess(resident(guard_of(run.pid)), 64 * 1024)
            if attempt == early:
                with open(self.work / "go", "w", encoding="ascii") as gate:
                    gate.write("go\n")
        self.oversee("cancel", "last")
        run.finish()
        self.assertLess(sizes[1] - sizes[0], 512, f"KiB at {early} and {late} attempts: {sizes}")
        self.assertLess(self.the_only(".json").stat().st_size, 256 * 1024)

    def test_the_gap_is_told_everywhere(self):
        ended = self.oversee("-r", 99, "-d", "0", *REPORTS, "sh", "-c", "exit $((OVERSEE_ATTEMPT / 50 + 1))")
        self.assertEqual(ended.status, 3)
        self.assertIn(b"(attempts 1-31: exit 1, attempts 32-68: 37 exit, attempts 69-99: exit 2)", ended.err)
        record = json.loads(self.the_only(".json").read_bytes())
        self.assertEqual(record, json.loads((self.work / "report.json").read_bytes()))
        self.assertEqual([each["number"] for each in record["attempts"]],
                         [*range(1, FIRST + 1), *range(100 - LAST + 1, 101)])
        self.assertEqual(record["attempts_omitted"],
                         {"first": 32, "last": 68, "count": 37, "remaining": 0, "reasons": {"exit": 37}})
        self.assertIn(b"attempts 100 of 100", self.log())
        listed = json.loads(self.oversee("list", "--format", "json").out)
        self.assertEqual(listed[0]["attempts"], 100)
        shown = self.oversee("show", "last").out.decode()
        self.assertRegex(shown, r"(?m)^ +32-68  37 exit$")
        self.assertRegex(shown, r"(?m)^used .*\(without attempts 32-68\)$")
        suite = xml.etree.ElementTree.parse(self.work / "report.xml")
        properties = {each.get("name"): each.get("value") for each in suite.iter("property")}
        self.assertEqual(properties["attempts_omitted"], "attempts 32-68: 37 exit")
        self.assertEqual(len(list(suite.iter("rerunFailure"))), FIRST + LAST - 1)
        self.assertIn("| 32-68 | 37 exit | | | |\n", (self.work / "report.md").read_text())
        self.assertEqual((self.work / "events.jsonl").read_text().count('"event":"attempt_finished"'), 100)

    def test_all_are_told_up_to_the_bound(self):
        self.oversee("-r", FIRST + LAST - 1, "-d", "0", "false")
        record = json.loads(self.the_only(".json").read_bytes())
        self.assertEqual(len(record["attempts"]), FIRST + LAST)
        self.assertNotIn("attempts_omitted", record)


if __name__ == "__main__":
    unittest.main(verbosity=2)
