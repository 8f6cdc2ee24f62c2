"""Prints the sources that fuzz targets need: those of the headers that they include, directly or by others.

A source belongs to the header of its folder that it includes first.
"""

import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
SRC = Path("src")


def sources_by_header():
    found = {}
    for source in SRC.rglob("*.cpp"):
        includes = INCLUDE.findall(source.read_text())
        if includes and (SRC / includes[0]).parent == source.parent:
            found.setdefault(SRC / includes[0], []).append(source)
    return found


def main(targets):
    sources = sources_by_header()
    waiting, seen = [Path(target) for target in targets], set()
    while waiting:
        file = waiting.pop()
        if file in seen or not file.exists():
            continue
        seen.add(file)
        waiting += sources.get(file, []) if file.suffix == ".hpp" else []
        for name in INCLUDE.findall(file.read_text()):
            here = file.parent / name
            waiting.append(here if here.exists() else SRC / name)
    print("\n".join(sorted(str(file) for file in seen if file.suffix == ".cpp" and file.parts[0] == "src")))


main(sys.argv[1:])
