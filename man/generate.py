"""Generates a manual page from its template and the table of settings: generate.py OVERSEE TEMPLATE PAGE.

The lines between @OPTIONS@ and @END@ contain texts for options; they are replaced by the list of all options. The line
@KEYS@ is replaced by the list of keys of settings files, and @PROJECT_KEYS@ by those allowed in a project's defaults.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
from listings import Option, read_options  # noqa: E402

MARK = '.\\" @'
OWN = ("help", "version")  # not settings: they have no variable and are listed last in their group


class Unfit(Exception):
    """The template does not fit the table."""


def escaped(text: str) -> str:
    text = text.replace("\\", "\\e")
    return f"\\&{text}" if text.startswith((".", "'")) else text


def read_texts(lines: list[str], known: set[str]) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    name = None
    for line in lines:
        if line.startswith(f"{MARK}text "):
            name = line.removeprefix(f"{MARK}text ")
            if name not in known:
                raise Unfit(f"a text for {name}, which is no setting")
            if name in texts:
                raise Unfit(f"two texts for {name}")
            texts[name] = []
        elif name is None:
            raise Unfit(f"a text of no option: {line}")
        else:
            texts[name].append(line)
    return texts


def closing_line(option: Option) -> list[str]:
    """The option's default and variable; an option without a variable can be set only by its flag."""
    facts = [f"default : Cm {option.built_in}"] if option.built_in else []
    if option.scope != "flag":
        facts.append(f"Ev {option.variable()}")
    if option.scope == "profile":
        facts.append("No key in profiles only")
    if option.scope == "call":
        facts.append("No not a key")
    return [".Pq " + " ; ".join(facts)] if facts else []


def option_entry(option: Option, text: list[str] | None) -> list[str]:
    letter = f"Fl {option.letter} , " if option.letter else ""
    metavar = f" Ar {option.metavar}" if option.metavar else ""
    if option.name in OWN:
        text = [escaped(option.help.replace("this help", "the options")) + " and exit."]
    elif text is None:
        text = [escaped(option.help) + ("" if option.help.endswith(".") else ".")]
        text += ["May be repeated."] if option.repeatable else []
    return [f".It {letter}Fl Fl {option.name}{metavar}", *text, *closing_line(option)]


def option_lists(options: dict[str, Option], texts: dict[str, list[str]]) -> list[str]:
    settings = [option for option in options.values() if option.name not in OWN]
    lines = []
    for group in dict.fromkeys(option.group for option in settings):
        members = [option for option in settings if option.group == group]
        members += [options[name] for name in OWN if options[name].group == group]
        lines += [f".Ss {members[0].title}", ".Bl -tag -width Ds"]
        for option in members:
            lines += option_entry(option, texts.get(option.name))
        lines.append(".El")
    return lines


def key_type(option: Option) -> str:
    kind = {"flag": "true or false", "number": "number", "duration": "duration", "size": "size", "choice": "choice",
            "codes": "codes", "assignment": "table"}.get(option.kind, "text")
    return f"list of {kind}s" if option.repeatable and kind == "text" else kind


def key_list(options: dict[str, Option]) -> list[str]:
    lines = ['.Bl -column "ci-stop-commands" "true or false" "exponential"', ".It Sy key Ta Sy type Ta Sy default"]
    for option in options.values():
        if option.scope in ("file", "profile"):
            # A shell line or script is a command, and only profiles may set a command.
            where = "in profiles only" if option.scope == "profile" else "\\&"
            lines.append(f".It Li {option.name} Ta {key_type(option)} Ta {option.built_in or where}")
    return [*lines, ".El"]


def project_keys(options: dict[str, Option]) -> list[str]:
    """Lists the keys allowed in a project's defaults, by group."""
    lines = [".Bl -tag -width Ds"]
    settings = [option for option in options.values() if option.name not in OWN]
    for group in dict.fromkeys(option.title for option in settings):
        names = [option.name for option in settings if option.title == group and option.project == "allowed"]
        if names:
            lines += [f".It {group}", ".Li " + " ,\n.Li ".join(names)]
    return [*lines, ".El"]


def page(template: list[str], options: dict[str, Option]) -> list[str]:
    lines = []
    rest = iter(template)
    for line in rest:
        if line.startswith(f"{MARK}OPTIONS@"):
            texts = []
            for text in rest:
                if text == f"{MARK}END@":
                    break
                texts.append(text)
            else:
                raise Unfit("@OPTIONS@ without @END@")
            lines += option_lists(options, read_texts(texts, set(options) - set(OWN)))
        elif line.startswith(f"{MARK}KEYS@"):
            lines += key_list(options)
        elif line.startswith(f"{MARK}PROJECT_KEYS@"):
            lines += project_keys(options)
        elif not line.startswith(MARK):
            lines.append(line)
    return lines


def main(oversee: str, template: str, output: str) -> None:
    oversee = str(Path(oversee).resolve())  # ninja passes a name without a slash, which would be searched in PATH
    try:
        lines = page(Path(template).read_text(encoding="utf-8").splitlines(), read_options(oversee))
    except Unfit as unfit:
        sys.exit(f"{template}: {unfit}")
    Path(output).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
