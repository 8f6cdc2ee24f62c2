"""Measures the cost of many concurrent runs."""

from effort import Effort
from page import Section, Table, Verdict, figure, times
from rounds import Command, Samples, run_rounds
from workplace import Workplace
from wrappers import OVERSEE, OVERSEE_NO_LOG, PLAIN, TIMEOUT, Wrapper, present

ROWS = (PLAIN, TIMEOUT, OVERSEE_NO_LOG, OVERSEE)
COPIES = 200
LIMIT = 2.0

INTRO = f"{COPIES} runs started at once, X a static `true`: wall time until the last one has ended."


def measure(place: Workplace, effort: Effort) -> Section:
    wrappers, notes = present(ROWS, place)
    commands = [Command(wrapper.name, wrapper.wrap([place.program("true")], place), copies=COPIES)
                for wrapper in wrappers]
    rounds = effort.rounds_of(9, 3)
    measured = dict(zip(wrappers, run_rounds(place, commands, rounds, bound_s=60)))
    section = Section(f"Parallel: {COPIES} runs at once", INTRO, notes=[f"rounds: {rounds}", *notes])
    section.tables.append(_table(measured))
    ratio = _ratio(measured, OVERSEE, TIMEOUT)
    section.verdicts.append(Verdict(f"{COPIES} runs at once, wall time", TIMEOUT.name, f"at most {LIMIT} ×",
                                    times(ratio), None if ratio is None else ratio <= LIMIT))
    return section


def _ratio(measured: dict[Wrapper, Samples], wrapper: Wrapper, peer: Wrapper) -> float | None:
    if wrapper not in measured or peer not in measured:
        return None
    return measured[wrapper].wall_ms.median / measured[peer].wall_ms.median


def _table(measured: dict[Wrapper, Samples]) -> Table:
    rows = []
    for wrapper, samples in measured.items():
        wall = samples.wall_ms
        rows.append([wrapper.name, figure(wall.median), f"{figure(wall.low)}..{figure(wall.high)}",
                     times(_ratio(measured, wrapper, PLAIN)), times(_ratio(measured, wrapper, TIMEOUT)),
                     figure(samples.cpu_ms.median)])
    return Table(["command", "wall ms", "min..max", "× plain", "× `timeout X`", "CPU ms"], rows)
