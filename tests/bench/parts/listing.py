"""Measures `oversee list` over many ended runs."""

from effort import Effort
from make_runs import make_runs
from page import Section, Table, Verdict, figure
from rounds import Command, run_rounds
from workplace import Workplace

RUNS = 100_000
BUDGET_MS = 100

# The names and labels are those of make_runs.
SEARCHES = ([], ["--name", "rare"], ["--name", "test-*"], ["--name", "none"], ["--label", "team=none"],
            ["--status", "failed"], ["--status", "lost"], ["--since", "1h"], ["--ids"])

INTRO = (f"{RUNS:,} runs that ended, each with record, log and line in the index (decision 034). A search for what does not "
         "exist reads the whole index. Most of the time the kernel lists the names of the directory.")


def measure(place: Workplace, effort: Effort) -> Section:
    what = f"`oversee list` over {RUNS:,} runs, the slowest search"
    section = Section("A list of many runs", INTRO)
    if place.oversee is None:
        section.verdicts = [Verdict(what, "", f"below {BUDGET_MS} ms", "", None)]
        return section
    parent = place.base / "many"
    parent.mkdir()
    make_runs(place.oversee, parent, RUNS)
    commands = [Command(" ".join(["oversee list", *words]),
                        ["env", f"TMPDIR={parent}", str(place.oversee), "list", *words]) for words in SEARCHES]
    rounds = effort.rounds_of(50, 10)
    measured = run_rounds(place, commands, rounds, bound_s=20)
    rows = [[each.command.name, figure(each.wall_ms.median), f"{figure(each.wall_ms.low)}..{figure(each.wall_ms.high)}",
             figure(each.cpu_ms.median)] for each in measured]
    section.tables.append(Table(["command", "wall ms", "min..max", "CPU ms"], rows))
    section.notes.append(f"rounds: {rounds}")
    slowest = max(each.wall_ms.median for each in measured)
    section.verdicts = [Verdict(what, "", f"below {BUDGET_MS} ms", f"{figure(slowest)} ms", slowest < BUDGET_MS)]
    return section
