"""Compares oversee with its alternatives, and checks the figures against the budget."""

import argparse
import datetime
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from adversaries import ADVERSARIES
from chart import render_svg, render_text
from effort import Effort, parse_size
from machine import describe_machine, describe_versions
from page import Section, budget_table, size_text
from parts import PARTS
from rounds import BenchError
from workplace import Workplace, make_workplace

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "performance.svg"
PROGRAMS = ("rounds", "writers", "processes", "copy", "true")
HELPERS = sorted(set().union(*(adversary.programs for adversary in ADVERSARIES.values())))
VERSIONS = ("oversee", "timeout", "tini", "dumb-init", "script", "python3")


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART",
                        help=f"what to measure: {', '.join(PARTS)}; bare, all of it")
    parser.add_argument("--quick", action="store_true", help="few rounds and 128M of output: a look, not a measurement")
    parser.add_argument("--rounds", type=int, metavar="N",
                        help="rounds of every part, instead of each part's own number")
    parser.add_argument("--size", type=parse_size, metavar="SIZE",
                        help="bytes of a long output (default 1G where the logs are in memory, 4G on a disk)")
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="where to make the directory for the logs "
                        "(default /dev/shm, or the temp directory where that is missing)")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md, as a full run does by itself")
    parser.add_argument("--build-dir", type=Path, default=ROOT / "build", metavar="DIR",
                        help="where oversee and the programs of the benchmark are built (default build)")
    parser.add_argument("--oversee", type=Path, metavar="FILE", help="measure this binary instead of the build's")
    options = parser.parse_args(argv)
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {unknown[0]} (parts: {', '.join(PARTS)})")
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds wants 1 or more")
    return options


def build_programs(build_dir: Path) -> Path:
    """Returns the directory of the programs."""
    targets = [f"tests/bench/{name}" for name in PROGRAMS] + [f"tests/helpers/{name}" for name in HELPERS]
    built = subprocess.run(["ninja", "-C", str(build_dir), *targets], capture_output=True, text=True, check=False)
    if built.returncode != 0:
        raise BenchError(f"the benchmark's programs do not build:\n{built.stdout}{built.stderr}")
    return build_dir / "tests" / "bench"


def choose_size(asked: int | None, quick: bool, place: Workplace) -> int:
    if asked is None:
        return 2**27 if quick else 2**30 if place.in_memory else 2**32
    # A tagged log of lines takes a quarter more than the lines.
    if place.in_memory and asked * 1.25 > _available_memory() / 2:
        raise BenchError(f"{size_text(asked)} of log would take more than half of the free memory: "
                         "choose a --scratch on a disk")
    return asked


def _available_memory() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def measure_parts(names: Sequence[str], place: Workplace, effort: Effort) -> tuple[list[Section], list[str]]:
    """Returns the measured sections, printing each one, and a sentence for each part that failed."""
    sections, failures = [], []
    for name in names:
        try:
            section = PARTS[name](place, effort)
        except BenchError as error:
            failures.append(f"{name}: {error}")
            print(f"bench: {failures[-1]}", file=sys.stderr)
            continue
        sections.append(section)
        print(section.render(), end="\n\n", flush=True)
    return sections, failures


def render_page(sections: Sequence[Section], place: Workplace, effort: Effort, machine: Sequence[str]) -> str:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    quick = " with --quick: a look, not a measurement" if effort.quick else ""
    facts = [f"measured on {today}{quick}", *machine,
             f"logs on {place.file_system}{' (memory)' if place.in_memory else ''}",
             *describe_versions(place, VERSIONS)]
    parts = [
        "# Performance", "Written by `./dev bench`; change that, not this page.",
        "All commands of a table run in turn, in an order that changes with every round; the figure is the median, "
        "with the smallest and the largest beside it. oversee writes its log and its summary unless the row says "
        "otherwise.",
        "\n".join(f"- {fact}" for fact in facts),
        f"![The cost of a start and throughput]({PICTURE.name})",
        "## Budget", budget_table(sections).render(),
        *(section.render() for section in sections),
    ]
    return "\n\n".join(parts) + "\n"


def run(options: argparse.Namespace) -> int:
    machine = describe_machine()  # before this program causes load
    programs = build_programs(options.build_dir)
    place = make_workplace(options.scratch, programs, options.oversee or options.build_dir / "oversee")
    try:
        effort = Effort(options.quick, options.rounds, choose_size(options.size, options.quick, place))
        print("\n".join(machine), f"logs on {place.file_system}", sep="\n", end="\n\n", flush=True)
        sections, failures = measure_parts(options.parts or list(PARTS), place, effort)
        if any(section.verdicts for section in sections):
            print("## Budget", budget_table(sections).render(), sep="\n\n")
        in_full = not (options.parts or options.quick or options.rounds or failures or place.oversee is None)
        charts = [chart for section in sections for chart in section.charts]
        if charts:
            print(f"\n{render_text(charts)}")
        if options.write or in_full:
            PAGE.write_text(render_page(sections, place, effort, machine), encoding="utf-8")
            if charts:
                PICTURE.write_text(render_svg(charts), encoding="utf-8")
            print(f"\nbench: wrote {PAGE.relative_to(ROOT)}", file=sys.stderr)
        return 1 if failures else 0
    finally:
        place.remove()


def main() -> int:
    options = parse_arguments(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # unwinds, so that nothing is left behind
    try:
        return run(options)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
