"""Many runs in a row, many at once, and a fork bomb, a flood and a stalled reader beside a run that must not be affected.

Every run must end in time as its command and its limits demand, and no process may be left. Exits 0 if so, else 1.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from marked_runs import ROOT, MarkedRuns

LIMIT = 3  # s: the limit of the storm's runs
IN_TIME = 30  # s: the bound for their ends, on a machine that the storm slows down


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev load", description=__doc__)
    parser.add_argument("--in-a-row", type=int, default=10_000, metavar="N", help="how many (default 10000)")
    parser.add_argument("--at-once", type=int, default=200, metavar="N", help="how many (default 200)")
    parser.add_argument("--oversee", type=Path, default=ROOT / "build" / "oversee", metavar="FILE")
    parser.add_argument("--helpers", type=Path, default=ROOT / "build" / "tests" / "helpers", metavar="DIR")
    return parser.parse_args()


def descriptors():
    return len(os.listdir("/proc/self/fd"))


class Load(MarkedRuns):
    def in_a_row(self, count):
        started = time.monotonic()
        for number in range(count):
            code = number % 100
            done = self.call("--summary", "never", "sh", "-c", f"echo {number}; exit {code}")
            self.count("runs in a row")
            if (done.returncode, done.stdout) != (code, f"{number}\n".encode()):
                self.fault(f"run {number}: {done.returncode} {done.stdout!r} {done.stderr!r}")
        self.expect_nobody()
        if count:
            print(f"{count} in a row: {(time.monotonic() - started) / count * 1e3:.1f} ms each", flush=True)

    def at_once(self, count):
        started = time.monotonic()
        running = [self.start("--summary", "never", "sh", "-c", f"echo {number}; exit {number % 100}")
                   for number in range(count)]
        for number, process in enumerate(running):
            output, _ = process.communicate(timeout=IN_TIME * 4)
            self.count("runs at once")
            if (process.returncode, output) != (number % 100, f"{number}\n".encode()):
                self.fault(f"run {number} of {count} at once: {process.returncode} {output!r}")
        self.expect_nobody()
        print(f"{count} at once: {time.monotonic() - started:.1f} s", flush=True)

    def storm(self, helpers):
        """A fork bomb, an unread flood, a slowly read one, and a plain run beside them."""
        limits = ("-t", f"{LIMIT}s", "-k", "200ms", "--summary", "never")
        started = time.monotonic()
        bomb = self.start(*limits, helpers / "hydra", "100", "500", self.directory / "started", stdout=subprocess.DEVNULL)
        stalled = self.start(*limits, "yes")  # its pipe is never read
        flood = self.start(*limits, "--max-output", "64KiB", "yes")
        plain = self.start("--summary", "never", "sh", "-c", "for i in 1 2 3 4 5; do sleep 0.2; echo $i; done; exit 7")
        taken = 0
        while time.monotonic() - started < LIMIT and (piece := os.read(flood.stdout.fileno(), 4096)):
            taken += len(piece)
            time.sleep(0.001)
        output, _ = plain.communicate(timeout=IN_TIME)
        if (plain.returncode, output) != (7, b"1\n2\n3\n4\n5\n"):
            self.fault(f"the plain run ended with {plain.returncode}, {output!r}")
        for what, process in (("the bomb", bomb), ("the stalled one", stalled), ("the flood", flood)):
            try:
                process.wait(timeout=IN_TIME)
            except subprocess.TimeoutExpired:
                self.fault(f"{what} has not ended {IN_TIME} s after its limit")
                continue
            self.count("runs in a storm")
            if process.returncode != 124:
                self.fault(f"{what} ended with {process.returncode}, not with 124")
            if process.stdout:
                process.stdout.close()
        if not taken:
            self.fault("nothing was read of the flood")
        self.expect_nobody()
        print(f"a storm with limits of {LIMIT} s: over after {time.monotonic() - started:.1f} s", flush=True)


def main():
    arguments = parse_arguments()
    load = Load(arguments.oversee)
    before = descriptors()
    try:
        load.storm(arguments.helpers.resolve())
        load.at_once(arguments.at_once)
        load.in_a_row(arguments.in_a_row)
        records = list(load.records.glob("*.json"))
        load.counts["records left by retention"] = len(records)
        lost = [each.stem for each in records if load.record(each.stem)["status"] == "running"]
        load.counts["lost"] = len(lost)
        if lost:
            load.fault(f"lost: {lost[:5]}")
    finally:
        load.close()
    if descriptors() != before:
        load.fault("descriptors of the test itself are left open")
    return load.report("")


if __name__ == "__main__":
    sys.exit(main())
