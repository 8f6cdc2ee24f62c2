"""Converts mdoc to plain text; supports the macros that the pages in this directory use.

Lines have at most 79 columns, except literal lines, which are unchanged.
"""

import re
import textwrap

WIDTH = 79
STEP = 4

CLOSING = set(". , : ; ) ] ? !".split())
OPENING = set("( [".split())
SHOWN_AS_THEY_ARE = {"Ar", "Cm", "Ev", "Li", "Pa", "Sx", "Sy", "No", "Em", "Ic"}
INLINE = SHOWN_AS_THEY_ARE | {"Fl", "Xr", "Nm", "Pq", "Op"}
ESCAPES = {"e": "\\", "&": "", "-": "-", "(aq": "'", "(dq": '"'}


class Unknown(Exception):
    """Markup that this module does not support."""


def unescaped(text: str) -> str:
    def plain(match: re.Match) -> str:
        if match.group(1) not in ESCAPES:
            raise Unknown(f"escape {match.group()} in: {text}")
        return ESCAPES[match.group(1)]

    return re.sub(r"\\(\(..|.)", plain, text)


def tokens_of(line: str) -> list[str]:
    return [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', line)]


class Phrase:
    """A sequence of words, joined by blanks except next to punctuation."""

    def __init__(self):
        self.text = ""
        self.sticks = True  # the next word follows without a blank

    def add(self, word: str) -> None:
        self.text += word if self.sticks else f" {word}"
        self.sticks = False

    def close(self, mark: str) -> None:
        self.text += mark
        self.sticks = False

    def open(self, mark: str) -> None:
        self.add(mark)
        self.sticks = True


def inline(tokens: list[str], page: str) -> str:
    """Renders one line of macros, or of plain words."""
    phrase = Phrase()
    ends: list[str] = []  # open brackets; they are closed before the punctuation at the end of the line
    last = len(tokens)
    while last > 0 and tokens[last - 1] in CLOSING:
        last -= 1
    position, dashes, macro = 0, "", ""

    def word(text: str) -> None:
        nonlocal dashes
        # Every argument of Fl gets one dash, plus one for each directly preceding Fl.
        phrase.add(("-" if macro == "Fl" else "") + dashes + text)
        dashes = ""

    while position < last:
        token = tokens[position]
        position += 1
        if token == "Fl":
            if macro == "Fl" and tokens[position - 2] == "Fl":
                dashes += "-"
            macro = "Fl"
            if position == last:
                word("")
        elif token in ("Pq", "Op"):
            phrase.open("(" if token == "Pq" else "[")
            ends.append(")" if token == "Pq" else "]")
            macro = ""
        elif token == "Xr":
            phrase.add(f"{tokens[position]}({tokens[position + 1]})")
            position += 2
            macro = ""
        elif token == "Nm":
            macro = "Nm"
            if position == last or tokens[position] in INLINE | CLOSING:
                phrase.add(page)
        elif token in SHOWN_AS_THEY_ARE:
            macro = token
        elif token in CLOSING:
            phrase.close(token)
        elif token in OPENING:
            phrase.open(token)
        else:
            word(unescaped(token))
    for end in reversed(ends):
        phrase.close(end)
    for mark in tokens[last:]:
        phrase.close(mark)
    return phrase.text


class Text:
    def __init__(self, page: str):
        self.page = page
        self.lines: list[str] = []
        self.words: list[str] = []
        self.indent = STEP
        self.lists: list[str] = []
        self.literal = False
        self.rows: list[list[str]] = []
        self.number = 0

    def flush(self) -> None:
        if self.words:
            self.lines += textwrap.wrap(" ".join(self.words), WIDTH, initial_indent=" " * self.indent,
                                        subsequent_indent=" " * self.indent, break_long_words=False,
                                        break_on_hyphens=False)
        self.words = []

    def blank(self) -> None:
        self.flush()
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def add(self, line: str) -> None:
        if self.literal and line != ".Ed":
            self.lines.append((" " * self.indent + unescaped(line).expandtabs(STEP)).rstrip())
        elif line.startswith('.\\"'):
            return
        elif not line.startswith("."):
            self.words.append(unescaped(line))
        else:
            macro, _, rest = line[1:].partition(" ")
            self.macro(macro, rest)

    def macro(self, macro: str, rest: str) -> None:
        if macro in INLINE:
            self.words.append(inline([macro, *tokens_of(rest)], self.page))
        elif macro in ("Sh", "Ss"):
            self.blank()
            self.lines.append((rest if macro == "Sh" else f"  {rest}").replace('"', ""))
        elif macro == "Pp":
            self.blank()
        elif macro == "Dl":
            self.blank()
            self.lines += [" " * (self.indent + STEP) + inline(tokens_of(rest), self.page), ""]
        elif macro == "Bd" and rest.startswith("-literal"):
            self.blank()
            self.literal = True
        elif macro == "Ed":
            self.literal = False
            self.blank()
        elif macro == "Bl":
            self.blank()
            self.lists.append(rest.split()[0])
            self.indent += STEP
            self.number = 0
        elif macro == "El":
            self.flush()
            self.lists.pop()
            self.end_of_columns()
            self.indent -= STEP
            self.blank()
        elif macro == "It" and self.lists and self.lists[-1] == "-tag":
            self.flush()
            self.indent -= STEP
            self.words.append(inline(tokens_of(rest), self.page))
            self.flush()
            self.indent += STEP
        elif macro == "It" and self.lists and self.lists[-1] == "-enum":
            self.flush()
            self.number += 1
            self.words.append(f"{self.number}.")
        elif macro == "It" and self.lists and self.lists[-1] == "-column":
            self.rows.append([inline(tokens_of(cell), self.page) for cell in re.split(r"\bTa\b", rest)])
        else:
            raise Unknown(f"macro .{macro} {rest}")

    def end_of_columns(self) -> None:
        widths = [max(len(row[column]) for row in self.rows if len(row) > column)
                  for column in range(max(map(len, self.rows), default=0))]
        for row in self.rows:
            cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths))
            self.lines.append((" " * self.indent + cells).rstrip())
        self.rows = []


def plain_text(lines: list[str], page: str) -> str:
    """Renders these lines of the page with this name."""
    text = Text(page)
    for line in lines:
        text.add(line)
    text.blank()
    while text.lines and not text.lines[-1]:
        text.lines.pop()
    return "\n".join(text.lines) + "\n"
