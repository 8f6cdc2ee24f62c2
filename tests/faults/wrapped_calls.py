"""Prints the names of the calls that a source file wraps, for the linker's --wrap."""

import re
import sys
from pathlib import Path

text = Path(sys.argv[1]).read_text(encoding="utf-8")
names = re.findall(r"\b(?:FAILS|FAILS_AS_NULL|FAILS_AS_ERRNO|READS|WRITES|WRAP)\((\w+)[,)]", text) + re.findall(r"__wrap_([a-z]\w+)\(", text)
print("\n".join(name for name in names if name != "name"))
