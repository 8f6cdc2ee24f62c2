"""Bar charts: the same figures as text for a terminal and as SVG for a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from page import figure

_TEXT_WIDTH = 32
_EIGHTHS = " ▏▎▍▌▋▊▉"
_LINE, _TITLE, _LABELS, _BARS, _MARGIN = 22, 30, 250, 330, 16


@dataclass(frozen=True)
class Bar:
    label: str
    value: float
    ours: bool = False


@dataclass(frozen=True)
class Chart:
    title: str  # says which direction is better
    unit: str
    bars: Sequence[Bar]

    def length(self, bar: Bar) -> float:
        """As a fraction of the longest bar."""
        return max(0.0, bar.value) / max(each.value for each in self.bars)

    def words(self, bar: Bar) -> str:
        return f"{figure(bar.value)} {self.unit}"


def render_text(charts: Sequence[Chart]) -> str:
    blocks = []
    for chart in charts:
        width = max(len(bar.label) for bar in chart.bars)
        lines = [f"{bar.label:<{width}}  {_text_bar(chart.length(bar))} {chart.words(bar)}" for bar in chart.bars]
        blocks.append("\n".join([chart.title, *lines]))
    return "\n\n".join(blocks)


def _text_bar(length: float) -> str:
    eighths = round(length * _TEXT_WIDTH * 8)
    bar = "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
    return bar or _EIGHTHS[1]


def render_svg(charts: Sequence[Chart]) -> str:
    """Sets its own background, because it is shown on dark and light pages."""
    parts: list[str] = []
    y = _MARGIN
    for chart in charts:
        y += _TITLE
        parts.append(f'<text x="{_MARGIN}" y="{y - 12}" font-weight="bold">{escape(chart.title)}</text>')
        for bar in chart.bars:
            length = max(1, round(chart.length(bar) * _BARS))
            colour = "#2a7d4f" if bar.ours else "#9aa0a6"
            weight = ' font-weight="bold"' if bar.ours else ""
            parts += [f'<text x="{_MARGIN}" y="{y + 15}"{weight}>{escape(bar.label)}</text>',
                      f'<rect x="{_LABELS}" y="{y + 3}" width="{length}" height="{_LINE - 6}" fill="{colour}"/>',
                      f'<text x="{_LABELS + length + 6}" y="{y + 15}"{weight}>{escape(chart.words(bar))}</text>']
            y += _LINE
        y += _MARGIN
    width = _LABELS + _BARS + 110
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" viewBox="0 0 {width} {y}" '
            'font-family="sans-serif" font-size="13" fill="#202124">')
    return "\n".join([head, f'<rect width="{width}" height="{y}" fill="#ffffff"/>', *parts, "</svg>"]) + "\n"
