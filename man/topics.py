"""Generates the texts of oversee help from the manual pages: topics.py OUTPUT.cpp TEMPLATE...

A comment line '@topic NAME SUMMARY' marks the following section (.Sh) or subsection (.Ss) as a topic. Several sections
may have the same name; only the first has the summary.
"""

import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from plain_text import Unknown, plain_text  # noqa: E402

TOPIC = re.compile(r'\.\\" @topic (\S+)(?: (.+))?')


def read_topics(template: Path, topics: dict[str, list[str]]) -> None:
    """Adds the topics of this page to `topics`: for each name its summary and texts."""
    lines = template.read_text(encoding="utf-8").splitlines()
    page = next(line.split()[1] for line in lines if line.startswith(".Nm "))
    for number, line in enumerate(lines):
        mark = TOPIC.fullmatch(line)
        if not mark:
            continue
        name, summary = mark.groups()
        if len(name) > 13 or len(summary or "") > 63:
            raise Unknown(f"@topic {name}: does not fit the list of topics, which has 80 columns")
        heading = lines[number + 1][:4]
        if heading not in (".Sh ", ".Ss "):
            raise Unknown(f"@topic {name} before what is no section")
        if (name in topics) == (summary is not None):
            raise Unknown(f"@topic {name}: its first section has the summary, and no other")
        ends = (".Sh ",) if heading == ".Sh " else (".Sh ", ".Ss ")
        end = next((at for at in range(number + 2, len(lines)) if lines[at].startswith(ends)), len(lines))
        section = lines[number + 1: end]
        if any(each.startswith(('.\\" @OPTIONS@', '.\\" @KEYS@')) for each in section):
            raise Unknown(f"@topic {name}: its section is made of the table of settings")
        topics.setdefault(name, [summary]).append(plain_text(section, page))


def literal(text: str) -> str:
    return f'R"man({text})man"'


def main(output: str, *templates: str) -> None:
    topics: dict[str, list[str]] = {}
    for template in map(Path, templates):
        try:
            read_topics(template, topics)
        except Unknown as unknown:
            sys.exit(f"{template}: {unknown}")
    rows = "".join(f"    {{{literal(name)}, {literal(summary)}, {literal(chr(10).join(texts))}}},\n"
                   for name, (summary, *texts) in topics.items())
    Path(output).write_text(f"""// The topics of oversee help; made of the manual pages by man/topics.py.
#include "cli/help_topics.hpp"

namespace oversee::cli {{
namespace {{

constexpr HelpTopic kTopics[] = {{
{rows}}};

}}  // namespace

std::span<const HelpTopic> help_topics() {{ return kTopics; }}

}}  // namespace oversee::cli
""", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
