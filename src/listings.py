"""Reads what oversee tells of its options: @settings and @verbs. What is made of the table of settings reads it here."""

import subprocess
from typing import NamedTuple


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
    rivals: tuple[str, ...]  # the options that cannot stand beside it
    title: str  # the group's
    project: str  # whether a project's [defaults] may have it: "allowed", "refused"

    def words(self) -> list[str]:
        return [f"--{self.name}"] + ([f"-{self.letter}"] if self.letter else [])

    def variable(self) -> str:
        return "OVERSEE_" + self.name.upper().replace("-", "_")


class VerbOption(NamedTuple):
    name: str
    letter: str
    takes_value: bool
    metavar: str
    suggestions: tuple[str, ...]
    repeatable: bool
    help: str
    operands: str  # the verb's: "RUN", "[FILE]"
    summary: str  # the verb's

    def words(self) -> list[str]:
        return [f"--{self.name}"] + ([f"-{self.letter}"] if self.letter else [])


def parts(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def lines_of(program: str, listing: str) -> list[list[str]]:
    text = subprocess.run([program, listing], stdout=subprocess.PIPE, text=True, check=True).stdout
    return [line.split("\t") for line in text.splitlines()]


def takes_value(word: str) -> bool:
    if word not in ("flag", "value"):
        raise ValueError(f"neither flag nor value: {word!r}")
    return word == "value"


def read_options(program: str) -> dict[str, Option]:
    options = {}
    for line in lines_of(program, "@settings"):
        (name, letter, takes, metavar, built_in, choices, kind, group, again, scope, suggestions, text, rivals,
         title, project) = line
        options[name] = Option(name, letter, takes_value(takes), metavar, built_in, parts(choices), kind, group,
                               again == "again", scope, parts(suggestions), text, parts(rivals), title, project)
    return options


def read_verbs(program: str) -> dict[str, dict[str, VerbOption]]:
    """The options of each verb, by its name; a verb has one at least, --help."""
    verbs: dict[str, dict[str, VerbOption]] = {}
    for (verb, name, letter, takes, metavar, suggestions, again, text, operands,
         summary) in lines_of(program, "@verbs"):
        verbs.setdefault(verb, {})[name] = VerbOption(name, letter, takes_value(takes), metavar, parts(suggestions),
                                                      again == "again", text, operands, summary)
    return verbs
