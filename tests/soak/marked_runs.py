"""Runs of oversee in a separate directory, with a marker in the environment to find leftover processes."""

import collections
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from marked_processes import is_marked, marked_processes

BOUND = 60  # s, for events that should be immediate


class MarkedRuns:
    def __init__(self, oversee):
        self.oversee = str(Path(oversee).resolve())
        self.directory = Path(tempfile.mkdtemp(prefix="oversee-soak-"))
        self.records = self.directory / f"oversee-{os.getuid()}"
        value = str(uuid.uuid4())
        self.mark = f"SOAK_MARK={value}"
        self.environment = {"PATH": os.environ["PATH"], "TMPDIR": str(self.directory), "HOME": str(self.directory),
                            "SOAK_MARK": value}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.lock = threading.Lock()
        self.counts = collections.Counter()
        self.faults = []

    def count(self, what):
        with self.lock:
            self.counts[what] += 1

    def fault(self, text):
        with self.lock:
            self.faults.append(text)

    def start(self, *arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT):
        return subprocess.Popen([self.oversee, *arguments], stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                                env=self.environment, cwd=self.directory, start_new_session=True)

    def call(self, *arguments):
        done = subprocess.run([self.oversee, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                              env=self.environment, cwd=self.directory, timeout=BOUND, check=False)
        if b"Sanitizer" in done.stderr or b"runtime error" in done.stderr:
            self.fault(f"{arguments}: {done.stderr[-2000:]!r}")
        return done

    def is_ours(self, pid):
        return is_marked(pid, self.mark.encode())

    def record(self, run_id):
        try:
            return json.loads((self.records / f"{run_id}.json").read_bytes())
        except (OSError, ValueError):
            return None

    def survivors(self):
        return marked_processes(self.mark.encode())

    def expect_nobody(self):
        """Waits until no process of the runs is left; reports those that are."""
        limit = time.monotonic() + BOUND
        while (left := self.survivors()) and time.monotonic() < limit:
            time.sleep(0.05)
        for pid in left:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
            self.fault(f"process {pid} is left: {words!r}")

    def close(self):
        for pid in self.survivors():
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.directory, ignore_errors=True)

    def report(self, ending):
        """Prints the summary; returns the exit status."""
        for what, number in sorted(self.counts.items()):
            print(f"{number:8}  {what}")
        for fault in self.faults[:20]:
            print(f"FAULT: {fault}")
        print(f"{len(self.faults)} faults{ending}")
        return 1 if self.faults else 0
