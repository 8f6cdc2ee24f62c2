"""Fills the completions' templates: generate.py OVERSEE SHELL TEMPLATE OUTPUT, SHELL being bash, zsh or fish.

A template has words between two @ signs: each is replaced by a list that oversee tells (@settings, @verbs, the topics of
oversee help). What a value may be is decided by its kind; below is one function a shell that knows how to say it there.
"""

import re
import subprocess
import sys
import textwrap
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
from listings import Option, VerbOption, read_options, read_verbs  # noqa: E402

WIDTH = 100
Values = dict[str, dict[str, VerbOption]]


def wrapped(words: list[str], indent: int, line_end: str = "") -> str:
    lines = textwrap.wrap(" ".join(words), WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return f"{line_end}\n{' ' * indent}".join(lines)


def quoted(text: str) -> str:
    """As bash and zsh read it."""
    return "'" + text.replace("'", "'\\''") + "'"


def in_fish(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def kind_of(option: Option | VerbOption) -> str:
    """What is offered beside the suggestions."""
    if not option.takes_value:
        return "flag"
    if isinstance(option, Option):
        # What can be without a value names one of the caller's variables.
        return "text" if option.kind == "assignment" and option.metavar != "K[=V]" else option.kind
    return {"FILE": "path", "DIR": "directory", "PROFILE": "profile"}.get(option.metavar, "text")


def words_of(option: Option | VerbOption) -> tuple[str, ...]:
    return (option.choices if isinstance(option, Option) else ()) + option.suggestions


def operand_of(options: dict[str, VerbOption]) -> str:
    """RUN for "RUN", FILE for "[FILE]": the kind of a verb's operands; empty where it has none."""
    first = next(iter(options.values())).operands.split()
    return first[0].strip("[].") if first else ""


def values_of_verbs(verbs: Values) -> list[tuple[str, VerbOption]]:
    return [(verb, option) for verb, options in verbs.items() for option in options.values() if option.takes_value]


def in_bash(options: list[Option], verbs: Values) -> dict[str, str]:
    by_kind = {"directory": "_oversee_offer_files -d", "path": "_oversee_offer_files -f",
               "program": "_oversee_offer_files -c", "variable": "_oversee_offer -e",
               "assignment": "_oversee_offer -e", "signal": "_oversee_offer_signals",
               "profile": "_oversee_offer_profiles"}
    by_operand = {"RUN": "_oversee_offer_runs", "FILE": "_oversee_offer_files -f", "TOPIC": "_oversee_offer_topics",
                  "PROFILE": "_oversee_offer_profiles"}

    def case(patterns: list[str], option: Option | VerbOption) -> list[str]:
        calls = [f"_oversee_offer -W {quoted(' '.join(words_of(option)))}"] if words_of(option) else []
        calls += [by_kind[kind_of(option)]] if kind_of(option) in by_kind else []
        pattern = f"{' | '.join(patterns)})"
        if len(calls) == 2:
            return [pattern, *(f"  {call}" for call in calls), "  ;;"]
        return [f"{pattern} {call} ;;" for call in calls]

    values = [line for option in options if option.takes_value for line in case(option.words(), option)]
    values += [line for verb, option in values_of_verbs(verbs)
               for line in case([quoted(f"{verb} {word}") for word in option.words()], option)]
    cases = []
    for verb, members in verbs.items():
        with_value, flags = ([word for each in members.values() if each.takes_value == takes for word in each.words()]
                             for takes in (True, False))
        offer = by_operand.get(operand_of(members), ":")
        cases += [f"{verb})", f"  with_value={quoted(' '.join(with_value))}", f"  flags={quoted(' '.join(flags))}",
                  f"  offer=({offer})", "  ;;"]
    return {"VALUES": "\n    ".join(values), "VERB_CASES": "\n    ".join(cases)}


def in_zsh(options: list[Option], verbs: Values) -> dict[str, str]:
    by_kind = {"directory": "_directories", "path": "_files", "program": "_command_names -e",
               "variable": "_parameters -g '*export*'", "assignment": "_parameters -g '*export*' -qS=",
               "signal": "_signals -s", "profile": "_oversee_profiles"}
    by_operand = {"RUN": "_oversee_runs", "FILE": "_files", "TOPIC": "_oversee_topics", "PROFILE": "_oversee_profiles"}
    known = {option.name: option for option in options}

    def action(option: Option | VerbOption, key: str) -> str:
        kind = kind_of(option)
        if kind == "path" and words_of(option):
            return f"{{_oversee_suggest_or_files {key}}}"
        return by_kind.get(kind) or (f"{{_oversee_suggest {key}}}" if words_of(option) else " ")

    def argument(option: Option | VerbOption, key: str) -> str:
        words = ([f"-{option.letter}"] if option.letter else []) + [f"--{option.name}"]
        # The description starts small, as those of other commands do; KILL and DUR stay.
        text = re.sub(r"^[A-Z](?=[a-z ])", lambda first: first.group().lower(), option.help)
        text = f"[{text.replace(']', chr(92) + ']')}]"
        if option.takes_value:
            text += f":{option.metavar.lower().replace(':', chr(92) + ':')}:{action(option, key)}"
        rivals = [word for name in getattr(option, "rivals", ()) if name in known for word in known[name].words()]
        if option.name in ("help", "version"):
            before = "(- *)"
        elif option.repeatable:
            before = "*"
        else:
            excluded = (words if option.letter else []) + rivals
            before = f"({' '.join(excluded)})" if excluded else ""
        short, long = ("+", "=") if option.takes_value else ("", "")
        if option.letter:
            return f"{quoted(before)}{{-{option.letter}{short},--{option.name}{long}}}{quoted(text)}"
        return quoted(f"{before}--{option.name}{long}{text}")

    functions = []
    for verb, members in verbs.items():
        lines = [argument(option, f"{verb}-{option.name}") for option in members.values()]
        lines.append(quoted(f":{operand_of(members).lower()}:{by_operand[operand_of(members)]}")
                     if operand_of(members) in by_operand else "':: :'")
        functions += [f"_oversee_verb_{verb}() {{", "  _arguments -s -S : \\", "    " + " \\\n    ".join(lines), "}", ""]
    suggestions = [f"{option.name} {quoted(' '.join(words_of(option)))}" for option in options if words_of(option)]
    suggestions += [f"{verb}-{option.name} {quoted(' '.join(words_of(option)))}"
                    for verb, option in values_of_verbs(verbs) if words_of(option)]
    return {"SUGGESTIONS": "\n    ".join(suggestions), "VERB_FUNCTIONS": "\n".join(functions).rstrip(),
            "ARGUMENTS": "\n    ".join(f"{argument(option, option.name)} \\" for option in options)}


def fish_lines(options: list[Option], verbs: Values) -> dict[str, str]:
    by_kind = {"directory": "(__fish_complete_directories)", "program": "(__fish_complete_command)",
               "variable": "(set --names -x)", "assignment": "(set --names -x)", "profile": "(__oversee_profiles)"}
    by_operand = {"RUN": "-x -a '(__oversee_runs)'", "FILE": "-F", "TOPIC": "-x -a '@TOPICS@'",
                  "PROFILE": "-x -a '(__oversee_profiles)'"}

    def completion(place: str, option: Option | VerbOption) -> str:
        parts = [f"complete -c oversee -n '__oversee_at {place}'"]
        parts += [f"-s {option.letter}"] if option.letter else []
        parts.append(f"-l {option.name}")
        kind = kind_of(option)
        if kind == "signal":
            parts.append('-x -a "$signals"')
        elif kind != "flag":
            offered = " ".join([*words_of(option), *([by_kind[kind]] if kind in by_kind else [])])
            parts.append("-r -F" if kind == "path" else "-x")
            parts += [f"-a {in_fish(offered)}"] if offered else []
        return " ".join(parts) + f" \\\n    -d {in_fish(option.help)}"

    of_verbs = []
    for verb, members in verbs.items():
        summary = next(iter(members.values())).summary
        of_verbs += ["", f"complete -c oversee -n '__oversee_at first' -x -a {verb} -d {in_fish(summary)}"]
        of_verbs.append(f"complete -c oversee -n '__oversee_at {verb}' {by_operand.get(operand_of(members), '-f')}")
        of_verbs += [completion(verb, option) for option in members.values()]
    return {"VERB_COMPLETIONS": "\n".join(of_verbs).lstrip(),
            "COMPLETIONS": "\n".join(completion("option", option) for option in options)}


def main(oversee: str, shell: str, template: str, output: str) -> None:
    oversee = str(Path(oversee).resolve())  # ninja names it without a slash, which would be looked for in PATH
    options, verbs = list(read_options(oversee).values()), read_verbs(oversee)
    topics = []
    if "help" in verbs:
        told = subprocess.run([oversee, "help", "--names"], stdout=subprocess.PIPE, text=True, check=True)
        topics = told.stdout.split()
    fills = {"bash": in_bash, "zsh": in_zsh, "fish": fish_lines}[shell](options, verbs)
    line_end = " \\" if shell == "fish" else ""
    for name, takes in (("WITH_VALUE", True), ("FLAGS", False)):
        listed = [word for option in options if option.takes_value == takes for word in reversed(option.words())]
        fills[name] = wrapped(listed, 4, line_end)
    fills |= {"VERBS": " ".join(verbs), "TOPICS": wrapped(topics, 4)}
    text = Path(template).read_text(encoding="utf-8")
    while (mark := re.search(r"@([A-Z_]+)@", text)):
        text = text[: mark.start()] + fills[mark.group(1)] + text[mark.end():]
    Path(output).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
