"""Completes lines in bash, zsh and fish, each in an otherwise empty directory and home."""

import os
import pty
import re
import shutil
import subprocess
import time
from pathlib import Path

from parser_list import BUILD

COMPLETIONS = BUILD / "completions"
BASH_COMPLETION = Path("/usr/share/bash-completion/bash_completion")
BOUND = 60  # seconds, for a shell that hangs; everything takes less than one


class NotInstalled(AssertionError):
    """A shell is missing, so that its completion cannot be checked; this counts as a failure."""


def require(shell: str) -> str:
    path = shutil.which(shell)
    if path is None:
        raise NotInstalled(f"{shell} is not installed; its completion cannot be checked: install the package {shell}")
    return path


def words_of(line: str) -> list[str]:
    """Splits a line like bash's completion: at blanks, = and : (COMP_WORDBREAKS)."""
    return re.findall(r"""[=:]+|(?:"[^"]*"|'[^']*'|[^\s=:"'])+""", line) + ([""] if line.endswith(" ") else [])


class Shell:
    name = ""  # the name of the completion's file

    def __init__(self, place: Path, tools: Path, completions: Path = COMPLETIONS):
        self.place = place
        self.file = completions / self.name
        self.environment = {"PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(place), "TERM": "dumb",
                            "XDG_CONFIG_HOME": str(place), "XDG_DATA_HOME": str(place), "XDG_CACHE_HOME": str(place),
                            "LC_ALL": "C.UTF-8"}

    def run(self, *argv: str) -> str:
        done = subprocess.run(argv, cwd=self.place, env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=BOUND, check=False)
        if done.returncode != 0 or done.stderr:
            raise AssertionError(f"{argv[0]} failed ({done.returncode}): {done.stderr}{done.stdout}")
        return done.stdout


class Bash(Shell):
    """Calls the completion function like readline does; compopt does not work outside of readline and is replaced."""

    name = "oversee"

    def __init__(self, place: Path, tools: Path, completions: Path = COMPLETIONS, with_bash_completion: bool = False):
        super().__init__(place, tools, completions)
        self.path = require("bash")
        self.before = f"source {BASH_COMPLETION}\n" if with_bash_completion else ""

    def candidates(self, line: str, setup: str = "") -> set[str]:
        script = f"""{self.before}source "$1"; compopt() {{ :; }}; {setup}
            COMP_LINE=$2 COMP_POINT=${{#2}} COMP_TYPE=9 COMP_KEY=9 COMP_WORDS=("${{@:3}}")
            COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
            [[ "$(complete -p oversee)" == "complete -F "*" oversee" ]] || echo "no completion is set" >&2
            _oversee oversee "${{COMP_WORDS[-1]}}" "${{COMP_WORDS[-2]}}"
            (( ${{#COMPREPLY[@]}} == 0 )) || printf '%s\\n' "${{COMPREPLY[@]}}" """
        output = self.run(self.path, "--norc", "--noprofile", "-c", script, "bash", str(self.file), line,
                          *words_of(line))
        return {word.rstrip(" ") for word in output.splitlines()}

    def typed(self, line: str) -> str:
        """The line after a Tab, on a terminal."""
        answer = self.place / "line"
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.place)
            os.execve(self.path, ["bash", "--norc", "--noprofile", "-i"], self.environment | {"INPUTRC": "/dev/null"})
        bind = f"""bind -x '"\\C-x\\C-x": printf "%s\\n" "$READLINE_LINE" >{answer}'"""
        os.write(terminal, f"source {self.file}; {bind}\n{line}\t\x18\x18".encode())
        end = time.monotonic() + BOUND
        while time.monotonic() < end and not (answer.exists() and answer.read_text().endswith("\n")):
            time.sleep(0.02)
        os.close(terminal)  # hangs up
        os.waitpid(pid, 0)
        text = answer.read_text().removesuffix("\n")
        answer.unlink()
        return text


class Zsh(Shell):
    name = "_oversee"

    def __init__(self, place: Path, tools: Path, completions: Path = COMPLETIONS):
        super().__init__(place, tools, completions)
        self.path = require("zsh")
        self.dump = tools.parent / "zcompdump"

    def candidates(self, line: str, setup: str = "") -> set[str]:
        script = Path(__file__).with_name("zsh_candidates.zsh")
        output = self.run(self.path, "-f", str(script), str(self.file.parent), str(self.dump), setup, line)
        return {word for word in output.splitlines() if word}


class Fish(Shell):
    name = "oversee.fish"

    def __init__(self, place: Path, tools: Path, completions: Path = COMPLETIONS):
        super().__init__(place, tools, completions)
        self.path = require("fish")

    def candidates(self, line: str, setup: str = "") -> set[str]:
        output = self.run(self.path, "-c", f"source $argv[1]; {setup}\ncomplete -C $argv[2]", str(self.file), line)
        words = {each.partition("\t")[0].removesuffix("/") for each in output.splitlines()}
        # fish prints --summary=never completely; the other shells print only the part after the =.
        before = re.search(r"(--[\w-]+=)\S*$", line)
        return {word.removeprefix(before.group(1)) for word in words} if before else words
