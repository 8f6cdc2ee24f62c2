"""Parses a tagged log: the exact bytes of each stream, and oversee's own lines (docs/design.md, section 4)."""

import re
from dataclasses import dataclass, field

LINE = re.compile(rb"( *)(\d+)\.(\d{3}) (out|err)([|:]) (.*)", re.DOTALL)
SECONDS_WIDTH = 5


@dataclass
class TaggedLog:
    out: bytes = b""
    err: bytes = b""
    notes: list = field(default_factory=list)  # (key, text) of the lines that start with "#"
    times: dict = field(default_factory=lambda: {"out": [], "err": []})  # in seconds, in the log's order

    def note(self, key):
        """The texts with this key, in order."""
        return [text for each, text in self.notes if each == key]


def decode(data):
    """Raises ValueError unless every byte of the log is well-formed."""
    log = TaggedLog()
    pieces = {"out": [], "err": []}
    lines = data.split(b"\n")
    if lines.pop() != b"":
        raise ValueError("the last line has no end")
    for number, line in enumerate(lines, 1):
        if line.startswith(b"# "):
            key, _, text = line[2:].decode().partition(" ")
            log.notes.append((key, text.strip()))
            continue
        match = LINE.fullmatch(line)
        if not match or len(match[1]) != max(0, SECONDS_WIDTH - len(match[2])):
            raise ValueError(f"line {number} is neither oversee's nor tagged: {line[:80]!r}")
        stream = match[4].decode()
        pieces[stream].append(match[6] + (b"\n" if match[5] == b"|" else b""))
        log.times[stream].append(int(match[2]) + int(match[3]) / 1000)
    log.out = b"".join(pieces["out"])
    log.err = b"".join(pieces["err"])
    return log
