#!/usr/bin/env python3
"""What survives under which tool? Starts each adversary of adversaries.py under oversee and under its alternatives, sends
TERM to the supervisor (with a grace of 0.2 s before KILL if it has one), counts the processes that are alive 1.5 s later,
and kills them. Needs only a build: python3 tests/bench/survivors.py --build-dir build"""

import argparse
import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from adversaries import ADVERSARIES

ROOT = Path(__file__).resolve().parents[2]
GRACE_S = 0.2
SETTLE_S = 1.5
READY_S = 20.0
PR_SET_CHILD_SUBREAPER = 36

# The command's output goes to a file, because some supervisors buffer it until the end.
TO_FILE = ["sh", "-c", 'exec "$@" >"$0"']


@dataclass(frozen=True)
class Supervisor:
    name: str
    words: Sequence[str]
    stop: Sequence[str] = ()  # the command that stops it; none: TERM

    def usable(self) -> bool:
        if shutil.which(self.words[0]) is None:
            return False
        if self.words[0] != "systemd-run":
            return True
        tried = subprocess.run(["systemd-run", "--scope", "--quiet", "true"], stdin=subprocess.DEVNULL,
                               capture_output=True, timeout=20, check=False)
        return tried.returncode == 0


def supervisors(oversee: Path | None) -> list[Supervisor]:
    grace = str(GRACE_S)
    unit = f"oversee-survivors-{os.getpid()}"
    found = [
        Supervisor("timeout", ("timeout", "-k", grace, "50")),
        Supervisor("timeout --foreground", ("timeout", "--foreground", "-k", grace, "50")),
        Supervisor("tini -s -g", ("tini", "-s", "-g", "--")),
        Supervisor("dumb-init", ("dumb-init", "--")),
        Supervisor("chronic", ("chronic",)),
        Supervisor("systemd-run", ("systemd-run", "--scope", "--quiet", "--collect", f"--unit={unit}", "-p",
                                   f"TimeoutStopSec={grace}", "--"), stop=("systemctl", "stop", f"{unit}.scope")),
    ]
    if oversee is not None:
        found.append(Supervisor("oversee", (str(oversee), "--summary", "never", "-k", grace, "--")))
    return found


@dataclass(frozen=True)
class Count:
    """The number of survivors, and the time from TERM to the end of the last process (None: not in time)."""

    survivors: int
    empty_ms: float | None


def descendants() -> list[int]:
    """The live descendants of this process, parents before children, without zombies."""
    found, parents = [], [os.getpid()]
    for parent in parents:
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{parent}/task"):
                with contextlib.suppress(OSError):
                    new = [int(pid) for pid in Path(f"/proc/{parent}/task/{thread}/children").read_text().split()]
                    parents += new
                    found += [pid for pid in new if is_alive(pid)]
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def reap() -> bool:
    """Reaps ended children; returns whether any child is left."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return True
        except ChildProcessError:
            return False


def kill_everything() -> None:
    """Kills all descendants; this process adopts orphans, so no other process is touched."""
    end = time.monotonic() + 20
    while reap():
        for number in (signal.SIGSTOP, signal.SIGSTOP, signal.SIGKILL):
            for pid in descendants():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)
        if time.monotonic() > end:
            raise SystemExit(f"survivors: cannot be killed: {descendants()}")
        time.sleep(0.002)


def count(supervisor: Supervisor, command: Sequence[str], work: Path) -> Count:
    said = work / "said"
    said.unlink(missing_ok=True)
    environment = os.environ | {"TMPDIR": str(work)}
    try:
        process = subprocess.Popen([*supervisor.words, *TO_FILE, str(said), *command], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
                                   env=environment, cwd=work)
        process.returncode = 0  # reaped below with all others
        end = time.monotonic() + READY_S
        while not (said.exists() and b"ready" in said.read_bytes()):
            if time.monotonic() > end:
                raise SystemExit(f"survivors: {command} was not ready under {supervisor.name}")
            time.sleep(0.005)
        start = time.monotonic()
        if supervisor.stop:
            subprocess.run(supervisor.stop, stdin=subprocess.DEVNULL, check=False)
        else:
            os.kill(process.pid, signal.SIGTERM)
        while reap():
            if time.monotonic() > start + SETTLE_S:
                return Count(len(descendants()), None)
            time.sleep(0.001)
        return Count(0, (time.monotonic() - start) * 1000)
    finally:
        kill_everything()


def measure(oversee: Path | None, helpers: Path) -> dict[str, dict[str, Count | None]]:
    """By adversary and supervisor; None if the supervisor is not installed."""
    found: dict[str, dict[str, Count | None]] = {}
    everyone = [(each, each.usable()) for each in supervisors(oversee)]
    for adversary in ADVERSARIES.values():
        cells = found[adversary.title] = {}
        for supervisor, usable in everyone:
            with tempfile.TemporaryDirectory(prefix="oversee-survivors.") as work:
                command = adversary.command(helpers, work)
                cells[supervisor.name] = count(supervisor, command, Path(work)) if usable else None
    return found


def cell(counted: Count | None) -> str:
    if counted is None:
        return "not here"
    return f"{counted.survivors:,}" if counted.survivors else "none"


def render(found: dict[str, dict[str, Count | None]]) -> str:
    names = list(next(iter(found.values())))
    lines = [["survivors of", *names], ["---"] * (len(names) + 1)]
    lines += [[title, *(cell(each) for each in cells.values())] for title, cells in found.items()]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build-dir", type=Path, default=ROOT / "build", metavar="DIR", help="default build")
    parser.add_argument("--oversee", type=Path, metavar="FILE", help="this binary instead of the build's")
    parser.add_argument("--json", action="store_true", help="for programs")
    options = parser.parse_args()
    oversee = (options.oversee or options.build_dir / "oversee").resolve()
    helpers = (options.build_dir / "tests" / "helpers").resolve()
    missing = sorted({program for each in ADVERSARIES.values() for program in each.programs
                      if not (helpers / program).exists()})
    if missing:
        parser.error(f"not built: {', '.join(missing)} (ninja -C {options.build_dir})")
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # unwinds, so that nothing is left behind
    found = measure(oversee if oversee.exists() else None, helpers)
    if options.json:
        print(json.dumps({title: {name: each and vars(each) for name, each in cells.items()}
                          for title, cells in found.items()}))
    else:
        print(render(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
