"""Measures the memory of a wrapper with little and with much output."""

import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from effort import Effort
from page import Section, Table, Verdict, figure, size_text
from rounds import BenchError, quote_errors
from workplace import Workplace
from wrappers import OVERSEE, OVERSEE_ALL, OVERSEE_NO_LOG, SCRIPT, TEE, TIMEOUT_TEE, Wrapper, present

ROWS = (TEE, TIMEOUT_TEE, SCRIPT, OVERSEE, OVERSEE_ALL, OVERSEE_NO_LOG)
SMALL_SIZE = 2**20
LIMIT_MIB = 12.0
FLAT_MIB = 1.0  # tolerance for pages touched late; memory that grows with the output exceeds it at once
BOUND_S = 120
INTERVAL_S = 0.005
LINGER_MS = "300"  # the writer stays alive after the last write, so that the last peak is seen

INTRO = ("Peak resident memory (`VmHWM`) of all of the wrapper's processes, added up, the command's own left out; for "
         "oversee these are the front and the guard. Pages of a binary that two processes share count twice.")


@dataclass
class Peaks:
    """The peak of each process in the wrapper's tree, with the program that it runs."""

    writer: str
    kib: dict[int, tuple[bytes, int]] = field(default_factory=dict)

    def look(self, root: int) -> None:
        for pid in _tree(root):
            seen = _peak_of(pid)
            if seen is None:
                continue
            line, peak = seen
            # After an exec the old peak is void: the pages of the forking program are gone.
            old_line, old_peak = self.kib.get(pid, (line, 0))
            self.kib[pid] = (line, max(peak, old_peak) if line == old_line else peak)

    @property
    def mib(self) -> list[float]:
        writer = self.writer.encode()
        return [peak / 1024 for line, peak in self.kib.values() if line.split(b"\0")[0] != writer]


def measure(place: Workplace, effort: Effort) -> Section:
    wrappers, notes = present(ROWS, place)
    sizes = (SMALL_SIZE, effort.size)
    section = Section("Memory", INTRO, notes=notes)
    totals: dict[Wrapper, list[float]] = {}
    rows = []
    for wrapper in wrappers:
        peaks = [_run(place, wrapper, size) for size in sizes]
        totals[wrapper] = [sum(each) for each in peaks]
        rows.append([wrapper.name, *(figure(total) for total in totals[wrapper]),
                     " + ".join(figure(each) for each in sorted(peaks[-1], reverse=True))])
    header = ["command", *(f"MiB at {size_text(size)}" for size in sizes), f"its processes at {size_text(sizes[-1])}"]
    section.tables.append(Table(header, rows, "80-byte lines, to /dev/null:"))
    section.verdicts.append(_verdict(totals.get(OVERSEE), sizes))
    return section


def _run(place: Workplace, wrapper: Wrapper, size: int) -> list[float]:
    writer = place.program("writers")
    argv = wrapper.wrap([writer, "lines", str(size), LINGER_MS], place)
    peaks = Peaks(writer)
    end = time.monotonic() + BOUND_S
    errors_file = place.errors / "memory"
    with errors_file.open("wb") as errors:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                                   cwd=place.home, env=place.environment, start_new_session=True)
        try:
            while process.poll() is None and time.monotonic() < end:
                peaks.look(process.pid)
                time.sleep(INTERVAL_S)
        finally:
            _end(process)
    place.empty_logs()
    if process.returncode != 0:
        raise BenchError(f"{wrapper.name}: exit status {process.returncode} with {size_text(size)} of output; "
                         f"its standard error: {quote_errors(errors_file)}")
    return peaks.mib


def _end(process: subprocess.Popen[bytes]) -> None:
    """Terminates a hanging wrapper before killing it, so that it can end its command."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _tree(root: int) -> list[int]:
    pids = [root]
    for pid in pids:  # the list grows during the loop
        try:
            for thread in os.listdir(f"/proc/{pid}/task"):
                pids += map(int, Path(f"/proc/{pid}/task/{thread}/children").read_text().split())
        except OSError:
            pass  # the process has ended
    return pids


def _peak_of(pid: int) -> tuple[bytes, int] | None:
    """The command line and VmHWM in KiB; None for a process that has ended."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    for each in status.splitlines():
        if each.startswith("VmHWM:"):
            return line, int(each.split()[1])
    return None


def _verdict(totals: list[float] | None, sizes: tuple[int, int]) -> Verdict:
    what = f"peak memory, front + guard, {size_text(sizes[0])} and {size_text(sizes[1])} of output"
    budget = f"{LIMIT_MIB:g} MiB, flat"
    if totals is None:
        return Verdict(what, "", budget, "", None)
    met = max(totals) <= LIMIT_MIB and totals[1] - totals[0] <= FLAT_MIB
    return Verdict(what, "", budget, " and ".join(f"{figure(total)} MiB" for total in totals), met)
