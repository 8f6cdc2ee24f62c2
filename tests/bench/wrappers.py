"""The measured wrappers: oversee and its alternatives.

For a new row, add a constant here and name it in the ROWS of the parts that should measure it."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workplace import Workplace

# Never reached: the benchmark measures the cost of having a limit.
LIMIT = "600"

PYTHON_LINE = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"


@dataclass(frozen=True)
class Wrapper:
    name: str
    needs: Sequence[str]
    wrap: Callable[[Sequence[str], Workplace], list[str]]

    @property
    def plain_name(self) -> str:
        """Without Markdown."""
        return self.name.replace("`", "").replace("\\", "")


def _prefix(name: str, *words: str) -> Wrapper:
    return Wrapper(name, (words[0],), lambda command, place: [*words, *command])


def _shell(name: str, needs: Sequence[str], line: str) -> Wrapper:
    """A shell line with the command as "$@", the log's name for LOG, and our copying loop for COPY."""
    return Wrapper(name, (*needs, "sh"), lambda command, place: [
        "sh", "-c", line.replace("LOG", shlex.quote(place.peer_log)).replace("COPY", shlex.quote(place.program("copy"))),
        "sh", *command])


def _oversee(name: str, *flags: str) -> Wrapper:
    return Wrapper(name, ("oversee",), lambda command, place: [
        str(place.oversee), "-t", LIMIT, *flags, "--", *command])


PLAIN = Wrapper("plain", (), lambda command, place: list(command))
# What any wrapper pays that is a program of its own: oversee is two of them, its front and its guard.
EXEC = Wrapper("one extra exec", (), lambda command, place: [place.program("true"), *command])
TIMEOUT = _prefix("`timeout X`", "timeout", LIMIT)
TINI = _prefix("`tini -s -- X`", "tini", "-s", "--")
CHRONIC = _prefix("`chronic X`", "chronic")
PYTHON = _prefix("python3 `subprocess.run`", "python3", "-c", PYTHON_LINE)
TEE = _shell("`X \\| tee log`", ("tee",), '"$@" | tee LOG')
BARE_LOOP = _shell("X and a bare loop of a copier", (), '"$@" | COPY LOG')
TIMEOUT_TEE = _shell("`timeout X \\| tee log`", ("timeout", "tee"), f'timeout {LIMIT} "$@" | tee LOG')
SCRIPT = Wrapper("`script -qec X log`", ("script",), lambda command, place: [
    "script", "-qec", shlex.join(command), place.peer_log])
OVERSEE = _oversee("oversee, tagged log and summary")
# The whole output is in the log, as with tee.
OVERSEE_ALL = _oversee("oversee, tagged log of all", "--max-output", "none")
OVERSEE_RAW = _oversee("oversee, raw log of all", "--max-output", "none", "--log-format", "raw")
TRUNCATING = _oversee("oversee, `truncate` past 1 MiB", "--max-output", "1MiB")
SPILLING = _oversee("oversee, `spill` past 1 MiB", "--max-output", "1MiB", "--on-overflow", "spill")
OVERSEE_NO_LOG = _oversee("`oversee --no-log`", "--no-log")


def present(wrappers: Sequence[Wrapper], place: Workplace) -> tuple[list[Wrapper], list[str]]:
    """The wrappers that can run here, and a sentence for each one that cannot."""
    usable, notes = [], []
    for wrapper in wrappers:
        missing = [name for name in wrapper.needs if place.find(name) is None]
        if missing:
            notes.append(f"{wrapper.name} skipped: {', '.join(missing)} not found")
        else:
            usable.append(wrapper)
    return usable, notes
