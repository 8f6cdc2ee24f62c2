"""Measures the error of deadlines: on an idle machine, on a busy one, and while the command writes constantly."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from statistics import median

from effort import Effort
from page import Section, Table, Verdict, figure
from rounds import Command, Samples, run_rounds
from workplace import Workplace

DEADLINE_MS = 300
BUSY = 4
LATE_MS = 20.0

INTRO = ("`-t 0.3` around `sleep 60`: the excess over 0.3 s of the whole run, start-up and clean-up included, and "
         "for oversee of its first signal, by its events, whose times are whole milliseconds; the latter is the "
         f"error of the deadline. Busy means {BUSY} processes that compute all the time; the process that waits for the "
         "wrapper competes with them too. Flooded means `yes` in the place of `sleep`, on an idle machine.")

SLEEP = ("sleep", "60")
FLOOD = ("yes",)


def measure(place: Workplace, effort: Effort) -> Section:
    rounds = effort.rounds_of(20, 5)
    section = Section("Deadline", INTRO, notes=[f"rounds: {rounds}"])
    if place.oversee is None:
        section.notes.append("oversee skipped: not found")
    rows = []
    errors: list[float] = []
    for state, command in (("idle", SLEEP), ("busy", SLEEP), ("flooded", FLOOD)):
        with _busy_processes(place, BUSY if state == "busy" else 0, seconds=20 + 2 * rounds):
            measured = run_rounds(place, _commands(place, command), rounds, bound_s=20)
            signals = _first_signals(place, command, rounds) if place.oversee is not None else []
        for samples in measured:
            ours = signals if samples.command.name == "oversee" else []
            rows.append([samples.command.name, state, *_cells(samples), *_cells_of_signals(ours)])
        errors += signals
    header = ["command", "machine", "late by ms", "min..max", "first signal late by ms", "min..max"]
    section.tables.append(Table(header, rows))
    section.verdicts.append(_verdict(errors))
    return section


def _commands(place: Workplace, command: Sequence[str]) -> list[Command]:
    deadline = str(DEADLINE_MS / 1000)
    wrapped = {"timeout": ["timeout", deadline, *command]}
    if place.oversee is not None:
        wrapped["oversee"] = [str(place.oversee), "-t", deadline, "--", *command]
    return [Command(name, argv, expected_status=124) for name, argv in wrapped.items()]


def _first_signals(place: Workplace, command: Sequence[str], rounds: int) -> list[float]:
    """How late the first signal of each run was, in ms."""
    late = []
    events = place.logs / "events"
    for _ in range(rounds):
        argv = [str(place.oversee), "-t", str(DEADLINE_MS / 1000), "--summary", "never", "--events", str(events), *command]
        events.unlink(missing_ok=True)
        subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=place.environment, timeout=20, check=False)
        times = {}
        for line in events.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)
            times.setdefault(event["event"], datetime.fromisoformat(event["time"].replace("Z", "+00:00")))
        late.append((times["stopping"] - times["attempt_started"]).total_seconds() * 1000 - DEADLINE_MS)
    return late


@contextmanager
def _busy_processes(place: Workplace, count: int, seconds: int) -> Iterator[None]:
    """They also end by themselves, in case this process dies."""
    argv = [place.program("processes"), "spin", str(seconds)]
    busy = [subprocess.Popen(argv, stdin=subprocess.DEVNULL) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def _error_ms(wall_ms: float) -> float:
    return wall_ms - DEADLINE_MS


def _cells(samples: Samples) -> list[str]:
    wall = samples.wall_ms
    return [figure(_error_ms(wall.median)), f"{figure(_error_ms(wall.low))}..{figure(_error_ms(wall.high))}"]


def _cells_of_signals(late: list[float]) -> list[str]:
    return [f"{median(late):.0f}", f"{min(late):.0f}..{max(late):.0f}"] if late else ["", ""]


def _verdict(errors: list[float]) -> Verdict:
    measured = f"{min(errors):.0f}..{max(errors):.0f} ms late" if errors else ""
    # Both times are truncated to whole milliseconds.
    met = min(errors) > -1 and max(errors) <= LATE_MS if errors else None
    return Verdict("deadline error, idle, busy and flooded", "", f"never early, at most {LATE_MS:g} ms late", measured, met)
