"""Presents measurements: tables, verdicts on the budget, sections, in Markdown that is also readable raw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chart import Chart


@dataclass(frozen=True)
class Table:
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""

    def render(self) -> str:
        """The first column left-aligned, figures right-aligned, all padded to equal widths."""
        lines = [list(self.header), *(list(row) for row in self.rows)]
        widths = [max(3, *(len(line[column]) for line in lines)) for column in range(len(self.header))]
        rule = [("-" * (width - 1) + (":" if column else "-")) for column, width in enumerate(widths)]
        text = "\n".join(_line(line, widths) for line in [lines[0], rule, *lines[1:]])
        return f"{self.caption}\n\n{text}" if self.caption else text


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cells[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:]))]
    return "| " + " | ".join(padded) + " |"


@dataclass(frozen=True)
class Verdict:
    """One line of the budget. `met` is None if it could not be measured."""

    what: str
    beside: str
    budget: str
    measured: str
    met: bool | None

    def cells(self) -> list[str]:
        word = {True: "met", False: "MISSED", None: "not measured"}[self.met]
        return [self.what, self.beside, self.budget, self.measured, word]


@dataclass
class Section:
    title: str
    intro: str
    tables: list[Table] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)

    def render(self) -> str:
        parts = [f"## {self.title}", self.intro, *(table.render() for table in self.tables)]
        if self.notes:
            parts.append("\n".join(f"- {note}" for note in self.notes))
        return "\n\n".join(parts)


def budget_table(sections: Iterable[Section]) -> Table:
    rows = [verdict.cells() for section in sections for verdict in section.verdicts]
    return Table(["what", "beside", "budget", "measured", "verdict"], rows)


def figure(value: float) -> str:
    """Three significant digits without an exponent."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def times(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} ×"


def size_text(size: int) -> str:
    for unit, name in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if size >= unit:
            return f"{size / unit:g} {name}"
    return f"{size} bytes"
