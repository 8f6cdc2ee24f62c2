"""Measures the cost of a wrapper around a command that does nothing."""

from chart import Bar, Chart
from effort import Effort
from page import Section, Table, Verdict, figure, times
from rounds import Command, Samples, run_rounds
from workplace import Workplace
from wrappers import (CHRONIC, EXEC, OVERSEE, OVERSEE_NO_LOG, PLAIN, PYTHON, SCRIPT, TEE, TIMEOUT, TIMEOUT_TEE, TINI,
                      Wrapper, present)

CHARTED = (TINI, TIMEOUT, OVERSEE, TEE, TIMEOUT_TEE, SCRIPT)  # an interpreter takes ten times as long as all of these
ROWS = (PLAIN, EXEC, TINI, TIMEOUT, TEE, TIMEOUT_TEE, OVERSEE_NO_LOG, OVERSEE, SCRIPT, PYTHON, CHRONIC)

# As a share of `timeout`'s total cost: at most 0.38 where peers were first measured. Above it, two programs cannot cost
# as little as one (decision 030).
DEAR_EXEC = 0.4

INTRO = ("X is a static `true`. The cost is the median of the wall time minus the median of the plain command; "
         "ratios compare costs, so 1.0 × `timeout` means as expensive as `timeout` itself. An extra exec is X "
         "that execs X: `timeout` pays it once, oversee twice, for its front and its guard. If a hypervisor traps "
         "the instruction that a C library uses to identify the processor, this is the largest part of all "
         "figures here.")


def measure(place: Workplace, effort: Effort) -> Section:
    wrappers, notes = present(ROWS, place)
    commands = [Command(wrapper.name, wrapper.wrap([place.program("true")], place)) for wrapper in wrappers]
    rounds = effort.rounds_of(200, 25)
    measured = dict(zip(wrappers, run_rounds(place, commands, rounds, warmups=3, bound_s=20)))
    section = Section("Start: wrapping `true`", INTRO, notes=[f"rounds: {rounds}", *notes])
    costs = {wrapper: _cost_us(measured[wrapper], measured[PLAIN]) for wrapper in wrappers}
    section.tables.append(_table(measured, costs))
    bars = [Bar(each.plain_name, costs[each] / 1000, each is OVERSEE) for each in CHARTED if each in costs]
    section.charts.append(Chart("What wrapping a command costs (less is better)", "ms", bars))
    section.verdicts = [_verdict(costs, TIMEOUT, 1.3), _verdict(costs, TIMEOUT_TEE, 0.7)]
    if _exec_is_dear(costs):
        section.notes.append("an exec is dear here: the budget excludes the guard's exec")
    return section


def _cost_us(samples: Samples, plain: Samples) -> float:
    return (samples.wall_ms.median - plain.wall_ms.median) * 1000


def _ratio(costs: dict[Wrapper, float], wrapper: Wrapper, peer: Wrapper) -> float | None:
    if wrapper is PLAIN or costs.get(peer, 0) <= 0 or wrapper not in costs:
        return None
    return costs[wrapper] / costs[peer]


def _table(measured: dict[Wrapper, Samples], costs: dict[Wrapper, float]) -> Table:
    rows = []
    for wrapper, samples in measured.items():
        wall = samples.wall_ms
        rows.append([wrapper.name, figure(wall.median), f"{figure(wall.low)}..{figure(wall.high)}",
                     "" if wrapper is PLAIN else f"{costs[wrapper]:,.0f}", times(_ratio(costs, wrapper, TIMEOUT)),
                     times(_ratio(costs, wrapper, TIMEOUT_TEE)), figure(samples.cpu_ms.median)])
    header = ["command", "wall ms", "min..max", "cost µs", f"× {TIMEOUT.name}", f"× {TIMEOUT_TEE.name}", "CPU ms"]
    return Table(header, rows)


def _verdict(costs: dict[Wrapper, float], peer: Wrapper, limit: float) -> Verdict:
    what = "cost of wrapping `true`, log and summary written"
    ratio = _ratio(costs, OVERSEE, peer)
    if ratio is None:
        return Verdict(what, peer.name, f"at most {limit} ×", "", None)
    if not _exec_is_dear(costs):
        return Verdict(what, peer.name, f"at most {limit} ×", times(ratio), ratio <= limit)
    rest = (costs[OVERSEE] - costs[EXEC]) / costs[peer]
    return Verdict(what, peer.name, f"at most {limit} × without the guard's exec", f"{times(rest)} (with it {times(ratio)})",
                   rest <= limit)


def _exec_is_dear(costs: dict[Wrapper, float]) -> bool:
    return TIMEOUT in costs and costs[EXEC] > DEAR_EXEC * costs[TIMEOUT]
