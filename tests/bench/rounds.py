"""Runs commands in interleaved rounds with the compiled runner, and returns their samples."""

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Literal

from workplace import Workplace

Sink = Literal["null", "cat"]


class BenchError(Exception):
    """An invalid measurement: a command failed, hung, or could not be started."""


@dataclass(frozen=True)
class Command:
    name: str
    argv: Sequence[str]
    sink: Sink = "null"
    copies: int = 1
    expected_status: int = 0


@dataclass(frozen=True)
class Sample:
    """The runner's fields; one_run.hpp documents them."""

    wall_ns: int
    empty_ns: int
    user_us: int
    system_us: int
    max_rss_kib: int
    status: int
    alive: int
    survivors: int

    @property
    def cpu_us(self) -> int:
        return self.user_us + self.system_us


@dataclass(frozen=True)
class Spread:
    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Samples:
    command: Command
    samples: Sequence[Sample]

    def spread(self, value: Callable[[Sample], float]) -> Spread:
        values = [value(sample) for sample in self.samples]
        return Spread(median(values), min(values), max(values))

    @property
    def wall_ms(self) -> Spread:
        return self.spread(lambda sample: sample.wall_ns / 1e6)

    @property
    def cpu_ms(self) -> Spread:
        return self.spread(lambda sample: sample.cpu_us / 1e3)


def run_rounds(place: Workplace, commands: Sequence[Command], rounds: int, *, warmups: int = 1,
               bound_s: float = 120, grace_ms: int = 300) -> list[Samples]:
    """Runs all commands once per round in changing order; returns samples in the order of the commands."""
    plan = place.base / "plan"
    error_files = [place.errors / str(number) for number in range(len(commands))]
    plan.write_bytes(b"".join(_record(*pair) for pair in zip(commands, error_files)))
    argv = [place.program("rounds"), plan, place.logs, rounds, warmups, int(bound_s * 1000), grace_ms]
    printed = json.loads(_run([str(word) for word in argv], place))
    measured = [Samples(command, [Sample(**sample) for sample in samples])
                for command, samples in zip(commands, printed)]
    for one, errors in zip(measured, error_files):
        _check(one, errors)
    return measured


def _record(command: Command, errors: Path) -> bytes:
    fields = [command.name, command.sink, command.copies, errors, len(command.argv), *command.argv]
    return b"".join(str(each).encode() + b"\0" for each in fields)


def _run(argv: Sequence[str], place: Workplace) -> str:
    # In its own session no command has a terminal, so runs from a terminal and from cron are the same.
    runner = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, cwd=place.home, env=place.environment, start_new_session=True)
    try:
        output, complaint = runner.communicate()
    except BaseException:
        runner.terminate()  # it kills and reaps its children
        runner.wait()
        raise
    if runner.returncode != 0:
        raise BenchError(complaint.strip() or f"the runner ended with status {runner.returncode}")
    return output


def _check(one: Samples, errors: Path) -> None:
    wrong = {sample.status for sample in one.samples} - {one.command.expected_status}
    if wrong:
        raise BenchError(f"{one.command.name}: exit status {min(wrong)}, not {one.command.expected_status}; "
                         f"its standard error: {quote_errors(errors)}")


def quote_errors(file: Path) -> str:
    """The end of a command's standard error."""
    return file.read_text(errors="replace").strip()[-400:] or "nothing"
