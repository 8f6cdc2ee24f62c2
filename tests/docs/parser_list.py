"""The parser's list of options, and the options that texts use, for comparing documents with the program."""

import os
import re
import sys
from pathlib import Path

OVERSEE = os.environ["OVERSEE"]
ROOT = Path(os.environ["SOURCE_ROOT"])
BUILD = Path(os.environ["BUILD_ROOT"])  # contains the generated manual pages and completions

sys.path.insert(0, str(ROOT / "src"))
from listings import Option, read_options, read_verbs  # noqa: E402

OPTIONS = read_options(OVERSEE)
VERBS = read_verbs(OVERSEE)
VERB_WORDS = {verb: {word for option in options.values() for word in option.words()}
              for verb, options in VERBS.items()}
WORDS = {word: option for option in OPTIONS.values() for word in option.words()}


def file_text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def built_text(path: str) -> str:
    return (BUILD / path).read_text(encoding="utf-8")


def options_used(text: str) -> list[str]:
    """The options of every call of oversee in a script, Makefile, Dockerfile or YAML file, in order."""
    used = []
    for line in text.replace("\\\n", " ").splitlines():
        for call in re.finditer(r"""(?:^|[\s"/])(?:oversee|\$\(OVERSEE\))[",]*\s+"?(.*)""", line):
            value_follows = False
            # A comma separates words only after a quote, in a list; elsewhere it is part of a value.
            for word in re.split(r"""(?:",?\s*"?|\s+)+""", call.group(1)):
                if value_follows:
                    value_follows = False
                elif word == "--" or not word.startswith("-"):
                    break
                else:
                    name = word.partition("=")[0]
                    used.append(name)
                    value_follows = name in WORDS and WORDS[name].takes_value and "=" not in word
    return used
