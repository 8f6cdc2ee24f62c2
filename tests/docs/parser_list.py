"""The parser's own list of options, and the options that texts use: what documents are held against."""

import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

OVERSEE = os.environ["OVERSEE"]
ROOT = Path(os.environ["SOURCE_ROOT"])


class Option(NamedTuple):
    name: str
    letter: str
    takes_value: bool
    metavar: str
    built_in: str
    choices: tuple[str, ...]
    kind: str
    group: str
    repeatable: bool
    scope: str
    suggestions: tuple[str, ...]
    help: str

    def words(self) -> list[str]:
        return [f"--{self.name}"] + ([f"-{self.letter}"] if self.letter else [])


def read_options() -> dict[str, Option]:
    listing = subprocess.run([OVERSEE, "@settings"], stdout=subprocess.PIPE, text=True, check=True).stdout
    options = {}
    for line in listing.splitlines():
        (name, letter, takes, metavar, built_in, choices, kind, group, again, scope, suggestions,
         explanation) = line.split("\t")
        if takes not in ("flag", "value"):
            raise ValueError(f"@settings: neither flag nor value: {line!r}")
        options[name] = Option(name, letter, takes == "value", metavar, built_in,
                               tuple(choices.split("|")) if choices else (), kind, group, again == "again", scope,
                               tuple(suggestions.split("|")) if suggestions else (), explanation)
    return options


class VerbOption(NamedTuple):
    name: str
    letter: str
    takes_value: bool
    metavar: str

    def words(self) -> list[str]:
        return [f"--{self.name}"] + ([f"-{self.letter}"] if self.letter else [])


def read_verbs() -> dict[str, dict[str, VerbOption]]:
    """The options of each verb, by its name."""
    listing = subprocess.run([OVERSEE, "@verbs"], stdout=subprocess.PIPE, text=True, check=True).stdout
    verbs: dict[str, dict[str, VerbOption]] = {}
    for line in listing.splitlines():
        verb, name, letter, kind, metavar = line.split("\t")
        if kind not in ("flag", "value"):
            raise ValueError(f"@verbs: neither flag nor value: {line!r}")
        verbs.setdefault(verb, {})[name] = VerbOption(name, letter, kind == "value", metavar)
    return verbs


OPTIONS = read_options()
VERBS = read_verbs()
VERB_WORDS = {verb: {word for option in options.values() for word in option.words()}
              for verb, options in VERBS.items()}
WORDS = {word: option for option in OPTIONS.values() for word in option.words()}


def file_text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def options_used(text: str) -> list[str]:
    """The options of every call of oversee in a script, Makefile, Dockerfile or YAML file, in their order."""
    used = []
    for line in text.replace("\\\n", " ").splitlines():
        for call in re.finditer(r"""(?:^|[\s"/])(?:oversee|\$\(OVERSEE\))[",]*\s+"?(.*)""", line):
            value_follows = False
            for word in re.split(r"""[\s",]+""", call.group(1)):
                if value_follows:
                    value_follows = False
                elif word == "--" or not word.startswith("-"):
                    break
                else:
                    name = word.partition("=")[0]
                    used.append(name)
                    value_follows = name in WORDS and WORDS[name].takes_value and "=" not in word
    return used
