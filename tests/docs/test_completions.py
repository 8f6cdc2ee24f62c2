"""Holds the completions of bash, zsh and fish against the parser's own list, in the real shells."""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from parser_list import OPTIONS, OVERSEE, VERB_WORDS, VERBS, WORDS, file_text
from shells import BASH_COMPLETION, Bash, Fish, Zsh, require

TOOL = "oversee-example-tool"  # a command that only the tests have


class Candidates:
    """What every shell must offer; the classes below give it a shell, and one completion of TOOL's own."""

    tool_setup = ""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        top = Path(cls.temporary.name)
        cls.place, tools = top / "place", top / "tools"
        (cls.place / "a-directory").mkdir(parents=True)
        (cls.place / "a-file").touch()
        tools.mkdir()
        (tools / TOOL).write_text("#!/bin/sh\n")
        (tools / TOOL).chmod(0o755)
        cls.shell = cls.make_shell(cls.place, tools)

    def offered(self, line: str, setup: str = "") -> set[str]:
        return self.shell.candidates(line, setup)

    def test_offers_exactly_the_parsers_options(self):
        self.assertEqual(self.offered("oversee -"), set(WORDS))

    def test_completes_an_option_from_its_beginning(self):
        self.assertEqual(self.offered("oversee --timeo"), {"--timeout"})
        self.assertEqual(self.offered("oversee -v -t 5m --pre"), {"--preserve-status"})

    def test_offers_the_choices(self):
        for option in OPTIONS.values():
            if not option.choices:
                continue
            for line in [f"oversee {word} " for word in option.words()] + [f"oversee --{option.name}="]:
                with self.subTest(line=line):
                    self.assertEqual(self.offered(line), set(option.choices))
            last = option.choices[-1]
            self.assertEqual(self.offered(f"oversee --{option.name}={last[0]}"), {last})

    def test_offers_signals_that_the_parser_reads(self):
        signals = self.offered("oversee -s ")
        self.assertLessEqual({"HUP", "INT", "QUIT", "KILL", "USR1", "USR2", "TERM"}, signals)
        self.assertEqual(self.offered("oversee --signal TE"), {"TERM"})
        for signal in signals:
            # The second value is refused, so that nothing is run; a signal would have been refused before it.
            done = subprocess.run([OVERSEE, "-s", signal, "--summary", "refused", "true"], env={},
                                  stderr=subprocess.PIPE, text=True, check=False)
            self.assertIn("--summary: cannot read 'refused'", done.stderr, signal)

    def test_offers_values_that_the_parser_reads(self):
        for word in ("--timeout", "-t", "--kill-after", "-k", "--stop"):
            offered = self.offered(f"oversee {word} ")
            self.assertTrue(offered, word)
            for value in offered:
                done = subprocess.run([OVERSEE, word, value, "--summary", "refused", "true"], env={},
                                      stderr=subprocess.PIPE, text=True, check=False)
                self.assertIn("--summary: cannot read 'refused'", done.stderr, f"{word} {value}")

    def test_offers_files_and_directories(self):
        for option in OPTIONS.values():
            for word in option.words():
                if option.metavar == "DIR":
                    self.assertEqual(self.offered(f"oversee {word} a-"), {"a-directory"}, word)
                elif option.metavar == "FILE":
                    self.assertEqual(self.offered(f"oversee {word} a-"), {"a-directory", "a-file"}, word)

    def test_offers_what_standard_input_can_be(self):
        self.assertLessEqual({"inherit", "null", "a-file"}, self.offered("oversee --stdin "))

    def test_offers_variables(self):
        for word in ("-E", "--env", "--unset-env"):
            self.assertEqual(self.offered(f"oversee {word} XDG_CONFIG_H"), {"XDG_CONFIG_HOME"}, word)

    def test_offers_the_commands_name(self):
        for before in ("", "-t 5m ", "-t 5m -- ", "-vt 5m ", "-t5m ", "--timeout=5m ", "-E A=b:c ", "-- "):
            with self.subTest(before=before):
                self.assertEqual(self.offered(f"oversee {before}oversee-example-t"), {TOOL})

    def test_offers_what_the_command_completes(self):
        for before in ("", "-t 5m ", "-t 5m -- ", "-vt 5m ", "-t5m ", "--timeout=5m ", "-E A=b:c ", "-- "):
            with self.subTest(before=before):
                offered = self.offered(f"oversee {before}{TOOL} --t", self.tool_setup)
                self.assertEqual(offered, {"--tool-option"})

    def test_offers_files_behind_a_shell_line_or_a_script(self):
        for before in ('-c "a b" ', "-c x -- ", "--script a-file ", "--shell-line=x "):
            with self.subTest(before=before):
                offered = self.offered(f"oversee {before}a-")
                self.assertEqual(offered, {"a-directory", "a-file"})

    def test_names_no_option_that_the_parser_does_not_have(self):
        code = "\n".join(line for line in self.declarations().splitlines() if not line.lstrip().startswith("#"))
        named = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", code))
        of_verbs = set().union(*VERB_WORDS.values())
        self.assertEqual(named - set(WORDS) - of_verbs - self.not_options, set())
        self.assertLessEqual({f"--{name}" for name in OPTIONS}, named)

    def test_offers_the_verbs_as_the_very_first_word_only(self):
        for verb in VERBS:
            self.assertIn(verb, self.offered(f"oversee {verb[:2]}"))
            for before in ("-v ", "-- ", "-t 5m "):
                self.assertNotIn(verb, self.offered(f"oversee {before}{verb[:2]}"), before)

    def test_offers_exactly_the_parsers_options_of_a_verb(self):
        for verb, words in VERB_WORDS.items():
            for before in ("", "last "):
                with self.subTest(verb=verb, before=before):
                    self.assertEqual(self.offered(f"oversee {verb} {before}-"), words)

    def test_offers_values_of_a_verbs_options_that_it_reads(self):
        for verb, options in VERBS.items():
            for option in options.values():
                if not option.takes_value:
                    continue
                offered = self.offered(f"oversee {verb} --{option.name} ")
                self.assertTrue(offered, option)
                self.assertEqual(self.offered(f"oversee {verb} --{option.name}="), offered)
                for value in offered:
                    done = subprocess.run([OVERSEE, verb, "last", f"--{option.name}", value], stderr=subprocess.PIPE,
                                          env={"TMPDIR": str(self.place)}, text=True, check=False)
                    self.assertIn("none is recorded there", done.stderr)

    def test_offers_the_runs_to_a_verb(self):
        with tempfile.TemporaryDirectory() as directory:
            setup = f"export TMPDIR={directory}"
            self.assertEqual(self.offered("oversee logs ", setup), {"last"})
            records = Path(directory) / f"oversee-{os.getuid()}"
            records.mkdir()
            runs = {"20261123-121659-k3fa", "20261124-121659-aaaa"}
            for name in [f"{run}{suffix}" for run in runs for suffix in (".json", ".log")] + ["20261125-000000-aaaa.log"]:
                (records / name).touch()
            for before in ("", "--stdout ", "--tail 5 ", "-f "):
                with self.subTest(before=before):
                    self.assertEqual(self.offered(f"oversee logs {before}", setup), runs | {"last"})
            self.assertEqual(self.offered("oversee logs 20261124", setup), {"20261124-121659-aaaa"})

    not_options: set[str] = set()

    def declarations(self) -> str:
        return file_text(f"completions/{self.shell.file.name}")


class InBash(Candidates, unittest.TestCase):
    make_shell = Bash

    def test_offers_what_the_command_completes(self):
        # Without bash-completion nobody knows what a command completes: files, as bash itself has it.
        self.assertEqual(self.offered(f"oversee -t 5m {TOOL} a-"), {"a-directory", "a-file"})

    def test_hands_the_command_to_bash_completion(self):
        for function in ("_command_offset", "_comp_command_offset"):  # before and since bash-completion 2.12
            setup = f'{function}() {{ COMPREPLY=("from ${{COMP_WORDS[$1]}}"); }}'
            for line in (f"oversee -t 5m -- {TOOL} x", f"oversee -E A=b:c {TOOL} --t", f"oversee {TOOL}"):
                with self.subTest(function=function, line=line):
                    self.assertEqual(self.offered(line, setup), {f"from {TOOL}"})

    def test_on_a_terminal_what_is_typed_is_completed(self):
        for typed, line in (("oversee --timeo", "oversee --timeout "), ("oversee --summary=n", "oversee --summary=never "),
                            ("oversee --stop INT:", "oversee --stop INT:5s,TERM:10s,KILL "),
                            ("oversee -C a-d", "oversee -C a-directory/"),
                            ("oversee -t 5m oversee-example-t", f"oversee -t 5m {TOOL} ")):
            with self.subTest(typed=typed):
                self.assertEqual(self.shell.typed(typed), line)


@unittest.skipUnless(BASH_COMPLETION.exists(), "the package bash-completion is not installed")
class InBashWithBashCompletion(Candidates, unittest.TestCase):
    tool_setup = f"""_tool() {{ COMPREPLY=($(compgen -W '--tool-option --other' -- "${{COMP_WORDS[COMP_CWORD]}}")); }}
                     complete -F _tool {TOOL}"""

    @staticmethod
    def make_shell(place, tools):
        return Bash(place, tools, with_bash_completion=True)


class InZsh(Candidates, unittest.TestCase):
    make_shell = Zsh
    tool_setup = f"compdef '_arguments --tool-option --other' {TOOL}"

    def declarations(self):
        return re.sub(r"=\[", "[", super().declarations())

    def test_is_read_without_a_complaint(self):
        self.shell.run(require("zsh"), "-n", str(self.shell.file))


class InFish(Candidates, unittest.TestCase):
    make_shell = Fish
    tool_setup = f"complete -c {TOOL} -f -l tool-option; complete -c {TOOL} -f -l other"
    not_options = {"--argument-names", "--names", "--start", "--end"}  # of fish's own commands

    def declarations(self):
        return re.sub(r"(complete .*?) -l ([\w-]+)", r"\1 --\2", super().declarations())

    def test_its_list_of_options_with_a_value_is_the_parsers(self):
        listed = self.shell.run(require("fish"), "-c", "source $argv[1]; string join \\n -- $__oversee_with_value",
                                str(self.shell.file))
        taking = {word for option in OPTIONS.values() if option.takes_value for word in option.words()}
        self.assertEqual(set(listed.split()), taking)


if __name__ == "__main__":
    unittest.main(verbosity=2)
