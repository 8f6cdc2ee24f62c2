"""Measures the time from a deadline to an empty process tree, and counts survivors."""

import json
import subprocess
import sys
from itertools import product
from math import inf
from pathlib import Path

from effort import Effort
from page import Section, Table, Verdict, figure
from rounds import BenchError, Command, Samples, run_rounds
from workplace import Workplace

DEADLINE_MS = 2000  # a thousand processes have started by then, even on a slow machine
GRACE_MS = 300
SHAPES = {"group": "one group", "sessions": "a session each", "daemons": "orphaned daemons"}
LIMITS_MS = {60: 20, 1000: 120}
SURVIVORS = Path(__file__).resolve().parents[1] / "survivors.py"

SURVIVORS_CAPTION = ("Survivors: processes alive 1.5 s after the supervisor got TERM (grace before KILL 0.2 s, if it has "
                     "one); for oversee, also the ms until the last one had ended, grace included. `python3 "
                     "tests/bench/survivors.py` prints the same.")

INTRO = ("The command forks sleepers, then sleeps; a deadline of 2 s ends it. Times count from the deadline, the "
         "wrapper's start-up included: to its exit, and to the end of the last process. Alive is the number of "
         f"processes at the wrapper's exit, survivors the number {GRACE_MS} ms later; each is the maximum of all rounds.")


def measure(place: Workplace, effort: Effort) -> Section:
    rounds = effort.rounds_of(5, 2)
    section = Section("Tree: from the deadline to nothing left", INTRO, notes=[f"rounds: {rounds}"])
    if place.oversee is None:
        section.notes.append("oversee skipped: not found")
    section.tables.append(_survivors(place))
    rows = []
    worst: dict[int, float] = {}
    for count, shape in product(LIMITS_MS, SHAPES):
        commands = _commands(place, count, shape)
        for name, samples in zip(commands, run_rounds(place, list(commands.values()), rounds, warmups=0, bound_s=30,
                                                      grace_ms=GRACE_MS)):
            rows.append([f"{count} processes, {SHAPES[shape]}", *_cells(name, samples)])
            if name == "oversee":
                worst[count] = max(worst.get(count, 0), _verdict_ms(samples))
    header = ["tree", "command", "to exit ms", "min..max", "to empty ms", "alive", "survivors"]
    section.tables.append(Table(header, rows))
    section.verdicts = [_verdict(count, worst.get(count)) for count in LIMITS_MS]
    return section


def _survivors(place: Workplace) -> Table:
    """Runs survivors.py as a separate process, because it adopts and reaps the adversaries' leftovers."""
    argv = [sys.executable, str(SURVIVORS), "--json", "--build-dir", str(place.programs.parents[1])]
    if place.oversee is not None:
        argv += ["--oversee", str(place.oversee)]
    ran = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=place.environment,
                         check=False)
    if ran.returncode != 0:
        raise BenchError(f"survivors.py: {ran.stderr.strip()}")
    found = json.loads(ran.stdout)
    supervisors = list(next(iter(found.values())))
    rows = [[adversary, *(_survivor_cell(name, cells[name]) for name in supervisors)]
            for adversary, cells in found.items()]
    return Table(["adversary", *supervisors], rows, SURVIVORS_CAPTION)


def _survivor_cell(supervisor: str, counted: dict[str, float | None] | None) -> str:
    if counted is None:
        return "not here"
    if counted["survivors"] or counted["empty_ms"] is None:
        return f"{counted['survivors']:,}"
    return f"none ({counted['empty_ms']:.0f} ms)" if supervisor == "oversee" else "none"


def _commands(place: Workplace, count: int, shape: str) -> dict[str, Command]:
    seconds, within_ms = 30, DEADLINE_MS - 50
    tree = [place.program("processes"), "tree", str(count), shape, str(seconds), str(within_ms)]
    deadline = str(DEADLINE_MS / 1000)
    wrapped = {"timeout": ["timeout", deadline, *tree]}
    if place.oversee is not None:
        wrapped["oversee"] = [str(place.oversee), "-t", deadline, "--", *tree]
    return {name: Command(f"{name}, {count} processes, {SHAPES[shape]}", argv, expected_status=124)
            for name, argv in wrapped.items()}


def _from_deadline(nanoseconds: float) -> float:
    return nanoseconds / 1e6 - DEADLINE_MS


def _verdict_ms(samples: Samples) -> float:
    """A survivor in a single round is a failure, independent of the other rounds."""
    if any(sample.survivors for sample in samples.samples):
        return inf
    return _empty_ms(samples)


def _empty_ms(samples: Samples) -> float:
    return _from_deadline(samples.spread(lambda sample: sample.empty_ns).median)


def _cells(name: str, samples: Samples) -> list[str]:
    wall = samples.wall_ms
    late = [figure(each - DEADLINE_MS) for each in (wall.median, wall.low, wall.high)]
    alive = max(sample.alive for sample in samples.samples)
    survivors = max(sample.survivors for sample in samples.samples)
    return [name, late[0], f"{late[1]}..{late[2]}", "never" if survivors else figure(_empty_ms(samples)), str(alive),
            str(survivors)]


def _verdict(count: int, worst: float | None) -> Verdict:
    what, budget = f"expiry to empty tree, {count:,} processes", f"at most {LIMITS_MS[count]} ms"
    if worst is None:
        return Verdict(what, "", budget, "", None)
    measured = "survivors" if worst == inf else f"{figure(worst)} ms (worst shape)"
    return Verdict(what, "", budget, measured, worst <= LIMITS_MS[count])
