"""Measures the throughput of output through a wrapper, and its cost in CPU time."""

from collections.abc import Callable
from dataclasses import dataclass, field

from chart import Bar, Chart
from effort import Effort
from page import Section, Table, Verdict, figure, size_text, times
from rounds import Command, Samples, Sink, run_rounds
from workplace import Workplace
from wrappers import BARE_LOOP, OVERSEE, OVERSEE_ALL, OVERSEE_NO_LOG, OVERSEE_RAW, PLAIN, TEE, TIMEOUT_TEE, Wrapper, present

CHARTED = (TEE, TIMEOUT_TEE, OVERSEE, OVERSEE_ALL, OVERSEE_RAW)
ROWS = (PLAIN, TEE, TIMEOUT_TEE, BARE_LOOP, OVERSEE, OVERSEE_ALL, OVERSEE_RAW, OVERSEE_NO_LOG)
SINKS: dict[Sink, str] = {"null": "/dev/null", "cat": "a pipe to cat"}

INTRO = ("X writes; the wrapper's output goes to `/dev/null`, or through a pipe to a `cat` whose CPU time is not "
         "counted. oversee keeps 64 MiB of a stream by default; to be fair to tee, the budget applies to the rows "
         "that keep all. The bare loop reads as much at once as oversee and writes it out twice, the least work "
         "for a program that handles the bytes. × plain and × tee compare speed: more is faster. CPU is the time "
         "of X and the wrapper together.")


@dataclass(frozen=True)
class Workload:
    name: str
    argv: Callable[[Workplace, int], list[str]]
    share: int = 1  # divisor of the size, because small writes are slow
    speed_limit: float | None = None  # at least × tee's speed
    cpu_limits: dict[Sink, tuple[Wrapper, float]] = field(default_factory=dict)  # at most × the wrapper's CPU time


def _writers(mode: str) -> Callable[[Workplace, int], list[str]]:
    return lambda place, size: [place.program("writers"), mode, str(size)]


BLOCKS = Workload("64 KiB writes", _writers("blocks"), speed_limit=1.0)
# head chooses the size of its writes: 8 KiB with coreutils 9.1.
HEAD = Workload("`head -c` of /dev/zero", lambda place, size: ["head", "-c", str(size), "/dev/zero"])
LINES = Workload("80-byte lines through a 64 KiB buffer", _writers("lines"), speed_limit=1.0)
# Each write into a pipe wakes its reader: plain into one takes more than half of tee's CPU time.
SMALL = Workload("64-byte writes", _writers("small"), share=8, speed_limit=1.0,
                 cpu_limits={"null": (TEE, 0.5), "cat": (PLAIN, 1.0)})
WORKLOADS = (BLOCKS, HEAD, LINES, SMALL)

RAW_LIMIT = 1.5
# The alternative if the kernel leaves no room for RAW_LIMIT: a share of the bare loop's speed.
RAW_OF_BARE = 0.85

Measured = dict[Wrapper, Samples]


def measure(place: Workplace, effort: Effort) -> Section:
    wrappers, notes = present(ROWS, place)
    # Through a pipe, a command's times form two clusters, depending on which processors its three processes share.
    rounds = effort.rounds_of(9, 3)
    section = Section("Throughput", INTRO, notes=[f"rounds: {rounds}", *notes])
    for workload in WORKLOADS:
        size = effort.size // workload.share
        by_sink: dict[Sink, Measured] = {}
        for sink, sink_name in SINKS.items():
            by_sink[sink] = _run(place, workload, wrappers, sink, size, rounds)
            caption = f"{size_text(size)} in {workload.name}, to {sink_name}:"
            section.tables.append(_table(by_sink[sink], size, caption))
        section.verdicts += _verdicts(workload, by_sink, size)
        if workload is LINES:
            section.charts.append(_chart(by_sink["cat"], size))
    return section


def _chart(measured: Measured, size: int) -> Chart:
    bars = [Bar(each.plain_name, size / measured[each].wall_ms.median / 1e6, each.plain_name.startswith("oversee"))
            for each in CHARTED if each in measured]
    return Chart("80-byte lines through a pipe, with a log (more is better)", "GB/s", bars)


def _run(place: Workplace, workload: Workload, wrappers: list[Wrapper], sink: Sink, size: int, rounds: int) -> Measured:
    argv = workload.argv(place, size)
    commands = [Command(wrapper.name, wrapper.wrap(argv, place), sink) for wrapper in wrappers]
    return dict(zip(wrappers, run_rounds(place, commands, rounds, bound_s=120)))


def _speed(measured: Measured, wrapper: Wrapper, peer: Wrapper) -> float | None:
    if wrapper not in measured or peer not in measured:
        return None
    return measured[peer].wall_ms.median / measured[wrapper].wall_ms.median


def _cpu(measured: Measured, wrapper: Wrapper, peer: Wrapper) -> float | None:
    if wrapper not in measured or peer not in measured or measured[peer].cpu_ms.median == 0:
        return None
    return measured[wrapper].cpu_ms.median / measured[peer].cpu_ms.median


def _table(measured: Measured, size: int, caption: str) -> Table:
    rows = []
    for wrapper, samples in measured.items():
        wall = samples.wall_ms
        rows.append([wrapper.name, figure(wall.median), f"{figure(wall.low)}..{figure(wall.high)}",
                     figure(size / wall.median / 1e6), times(_speed(measured, wrapper, PLAIN)),
                     times(_speed(measured, wrapper, TEE)), figure(samples.cpu_ms.median),
                     times(_cpu(measured, wrapper, TEE))])
    return Table(["command", "wall ms", "min..max", "GB/s", "× plain", "× tee", "CPU ms", "× tee's CPU"], rows, caption)


def _verdicts(workload: Workload, by_sink: dict[Sink, Measured], size: int) -> list[Verdict]:
    what = f"{size_text(size)} in {workload.name}, tagged log"
    verdicts = []
    if workload.speed_limit is not None:
        limit = workload.speed_limit
        verdicts.append(_over_sinks(f"{what}, speed", TEE.name, f"at least {limit} ×", by_sink,
                                    lambda measured: _speed(measured, OVERSEE_ALL, TEE), lambda ratio: ratio >= limit))
    for sink, (peer, most) in workload.cpu_limits.items():
        verdicts.append(_over_sinks(f"{what}, CPU time of X and wrapper", peer.name, f"at most {most} ×",
                                    {sink: by_sink[sink]}, lambda measured, peer=peer: _cpu(measured, OVERSEE_ALL, peer),
                                    lambda ratio, most=most: ratio <= most))
    if workload is BLOCKS:
        verdicts += _raw_verdicts(f"{size_text(size)} in {workload.name}, raw log, speed", by_sink)
        # Only through a pipe: into /dev/null plain takes no time, and oversee's start would dominate. The medians of
        # one command differ by a tenth; even `timeout`, which does not touch the output, is that far off.
        piped = {sink: measured for sink, measured in by_sink.items() if sink == "cat"}
        verdicts.append(_over_sinks(f"{size_text(size)} in {workload.name}, no log, speed", PLAIN.name,
                                    "1.0 × (0.9 or more)", piped,
                                    lambda measured: _speed(measured, OVERSEE_NO_LOG, PLAIN),
                                    lambda ratio: ratio >= 0.9))
    return verdicts


def _raw_verdicts(what: str, by_sink: dict[Sink, Measured]) -> list[Verdict]:
    """One verdict per sink, because a different one of the two bounds may be met for each."""
    verdicts = []
    for sink, measured in by_sink.items():
        of_tee, of_bare = _speed(measured, OVERSEE_RAW, TEE), _speed(measured, OVERSEE_RAW, BARE_LOOP)
        met = None if of_tee is None or of_bare is None else of_tee >= RAW_LIMIT or of_bare >= RAW_OF_BARE
        verdicts.append(Verdict(f"{what}, to {SINKS[sink]}", TEE.name,
                                f"at least {RAW_LIMIT} ×, or {RAW_OF_BARE} of a bare loop's",
                                f"{times(of_tee)}, {times(of_bare)} of the loop's", met))
    return verdicts


def _over_sinks(what: str, beside: str, budget: str, by_sink: dict[Sink, Measured],
                ratio_of: Callable[[Measured], float | None], holds: Callable[[float], bool]) -> Verdict:
    """Met if it is met for every sink."""
    ratios = {sink: ratio for sink, measured in by_sink.items() if (ratio := ratio_of(measured)) is not None}
    text = ", ".join(f"{times(ratio)} ({SINKS[sink]})" for sink, ratio in ratios.items())
    return Verdict(what, beside, budget, text, all(map(holds, ratios.values())) if ratios else None)
