"""Completions of bash, zsh and fish, generated from the table of settings and tested in the real shells."""

import functools
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from parser_list import OPTIONS, OVERSEE, ROOT, VERB_WORDS, VERBS, WORDS
from shells import BASH_COMPLETION, Bash, Fish, Zsh, require

TOOL = "oversee-example-tool"  # a command that exists only in these tests

# An oversee with an additional setting and verb, for the case that the table grows. In PATH, it lists the profiles.
GROWN = f"""#!/bin/sh
case "$1" in
  @settings)
    {OVERSEE} @settings | grep -v '^profile	'
    printf 'profile\tP\tvalue\tNAME\t\t\tprofile\tsettings\tonce\tcall\t\tTake profile NAME\t\tSettings\trefused\n'
    ;;
  @verbs)
    {OVERSEE} @verbs
    printf 'inspect\thelp\th\tflag\t\t\tonce\tShow help\t[FILE]\tInspect a file\n'
    ;;
  profiles) [ "$*" = 'profiles --names' ] && printf '%s\n' ci nightly ;;
  *) exec {OVERSEE} "$@" ;;
esac
"""


# File names without a slash; the last one is harmless.
HOSTILE = ("$(echo>pwned)", "`echo>pwned`", "a b", "a\n$(echo>pwned)", ";echo>pwned;", "${x:=$(echo>pwned)}", "&&echo>pwned",
           "<(echo>pwned)", "'$(echo>pwned)'", '"', "\\$(echo>pwned)", "plain")


@functools.cache  # all shells offer the same values
def refusal(option: str, value: str) -> str:
    """oversee's message about this value, followed by one that it refuses, so that nothing is run."""
    return subprocess.run([OVERSEE, option, value, "--nice", "refused", "true"], env={}, stderr=subprocess.PIPE,
                          text=True, check=False).stderr


class Candidates:
    """What every shell must offer; subclasses add the shell, and a completion for TOOL."""

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
        (tools / "oversee").write_text(GROWN)
        for each in tools.iterdir():
            each.chmod(0o755)
        cls.shell = cls.make_shell(cls.place, tools)
        grown = top / "grown"
        grown.mkdir()
        template = {"oversee": "oversee.bash.in"}.get(cls.shell.name, f"{cls.shell.name}.in")
        subprocess.run([sys.executable, str(ROOT / "completions/generate.py"), str(tools / "oversee"), cls.language,
                        str(ROOT / "completions" / template), str(grown / cls.shell.name)], check=True)
        cls.grown_shell = cls.make_shell(cls.place, tools, grown)
        cls.hostile_shell = cls.make_hostile_shell(top)

    @classmethod
    def make_hostile_shell(cls, top):
        """A shell in a directory whose settings, programs and files have hostile names."""
        place, tools = top / "hostile", top / "hostile-tools"
        place.mkdir()
        tools.mkdir()
        (tools / "oversee").write_text(f'#!/bin/sh\nexec {OVERSEE} "$@"\n')
        lines = []
        for name in HOSTILE:
            lines.append(f"[profile.{json.dumps('h' + name)}]\ntimeout = '5s'\n")
            (tools / f"h{name}").write_text("#!/bin/sh\n")
            (place / f"h{name}").mkdir()
        (place / "oversee.toml").write_text("".join(lines))
        for each in tools.iterdir():
            each.chmod(0o755)
        return cls.make_shell(place, tools)

    def offered(self, line: str, setup: str = "") -> set[str]:
        return self.shell.candidates(line, setup)

    def test_a_setting_more_is_completed(self):
        self.assertEqual(self.grown_shell.candidates("oversee -"), set(WORDS) | {"--profile", "-P"})

    def test_offers_the_profiles_that_oversee_names(self):
        for before in ("-P ", "--profile ", "--profile=", "-v --profile "):
            with self.subTest(before=before):
                self.assertEqual(self.grown_shell.candidates(f"oversee {before}"), {"ci", "nightly"})
        self.assertEqual(self.grown_shell.candidates("oversee -P ni"), {"nightly"})

    def test_a_verbs_operands_decide_what_is_offered_to_it(self):
        self.assertEqual(self.grown_shell.candidates("oversee inspect a-"), {"a-directory", "a-file"})
        self.assertIn("inspect", self.grown_shell.candidates("oversee ins"))
        self.assertEqual(self.grown_shell.candidates("oversee inspect -"), {"-h", "--help"})

    def test_offers_the_topics_of_help(self):
        names = subprocess.run([OVERSEE, "help", "--names"], stdout=subprocess.PIPE, text=True, check=True).stdout
        self.assertEqual(self.offered("oversee help "), set(names.split()))
        self.assertEqual(self.offered("oversee help exit-s"), {"exit-status"})

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
            # An invalid signal would have been refused first.
            self.assertIn("--nice: cannot read 'refused'", refusal("--signal", signal), signal)

    def test_offers_the_suggestions(self):
        suggesting = {option.kind: option for option in OPTIONS.values() if option.suggestions and option.kind != "path"}
        self.assertLessEqual({"duration", "size", "number", "ladder", "causes"}, set(suggesting))
        for option in [*suggesting.values(), OPTIONS["timeout"]]:
            for line in [f"oversee {word} " for word in option.words()]:
                with self.subTest(line=line):
                    self.assertEqual(self.offered(line), set(option.suggestions))
        self.assertEqual(self.offered("oversee --retry-on=sig"), {"signal:"})

    def test_offers_files_and_directories(self):
        for option in OPTIONS.values():
            for word in option.words():
                if option.kind == "directory":
                    self.assertEqual(self.offered(f"oversee {word} a-"), {"a-directory"}, word)
                elif option.kind == "path":
                    self.assertEqual(self.offered(f"oversee {word} a-"), {"a-directory", "a-file"}, word)

    def test_offers_programs(self):
        for option in OPTIONS.values():
            if option.kind == "program":
                self.assertIn(TOOL, self.offered(f"oversee --{option.name} oversee-example-t"), option.name)

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

    def test_offers_the_verbs_as_the_very_first_word_only(self):
        for verb in VERBS:
            self.assertIn(verb, self.offered(f"oversee {verb[:2]}"))
            if verb in ("help", "wait"):
                continue  # shells have commands with these names
            for before in ("-v ", "-- ", "-t 5m "):
                self.assertNotIn(verb, self.offered(f"oversee {before}{verb[:2]}"), before)

    def test_offers_exactly_the_parsers_options_of_a_verb(self):
        for verb, words in VERB_WORDS.items():
            for before in ("", "last "):
                with self.subTest(verb=verb, before=before):
                    self.assertEqual(self.offered(f"oversee {verb} {before}-"), words)

    def test_offers_values_of_a_verbs_options(self):
        for verb, options in VERBS.items():
            for option in options.values():
                if not option.suggestions:
                    continue
                for gap in (" ", "="):
                    self.assertEqual(self.offered(f"oversee {verb} --{option.name}{gap}"), set(option.suggestions))

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

    def test_names_of_others_making_are_never_executed(self):
        with tempfile.TemporaryDirectory() as directory:
            setup = f"export TMPDIR={directory}"
            records = Path(directory) / f"oversee-{os.getuid()}"
            records.mkdir(mode=0o700)
            for name in HOSTILE:
                (records / f"20261130-0-{name}.json").touch()
                (records / f"20261130-000000-{name}.json").touch()
            (records / "20261130-000000-aaaa.json").touch()
            for typed in ("", "2", "20261130-0"):
                offered = self.hostile_shell.candidates(f"oversee logs {typed}", setup)
                self.assertEqual(offered - {"last"}, {"20261130-000000-aaaa"})
            if os.getuid() == 0:  # the directory belongs to the user who created it
                os.chown(records, 4242, 4242)
                self.assertEqual(self.hostile_shell.candidates("oversee logs ", setup), {"last"})
        for line in ("oversee -P ", "oversee -P h", "oversee --profile=h", "oversee profiles h", "oversee h",
                     "oversee --shell h", "oversee -C h", "oversee -l h", "oversee -- h"):
            with self.subTest(line=line):
                self.hostile_shell.candidates(line)
                self.assertEqual(list(self.hostile_shell.place.glob("**/pwned*")), [])


class Suggested(unittest.TestCase):
    def test_the_parser_reads_each_value(self):
        for option in OPTIONS.values():
            for value in option.choices + option.suggestions:
                if value.endswith(":"):
                    continue  # a prefix that needs more
                with self.subTest(option=option.name, value=value):
                    told = refusal(f"--{option.name}", value)
                    self.assertNotIn(f"--{option.name}: cannot read '{value}'", told)
                    self.assertIn("cannot read 'refused'", told)

    def test_verbs_read_each_value(self):
        for verb, options in VERBS.items():
            for option in options.values():
                for value in option.suggestions:
                    done = subprocess.run([OVERSEE, verb, f"--{option.name}", value], stderr=subprocess.PIPE,
                                          env={"TMPDIR": "/nonexistent"}, text=True, check=False)
                    self.assertNotIn("cannot read", done.stderr, f"{verb} --{option.name} {value}")


class InBash(Candidates, unittest.TestCase):
    make_shell = Bash
    language = "bash"

    def test_offers_what_the_command_completes(self):
        # Without bash-completion the command's completion is unknown, and bash completes files.
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

    def test_on_a_terminal_what_is_completed_is_one_harmless_word(self):
        whole = {"oversee -P hpl": "oversee -P hplain ", "oversee -P ha": None, "oversee -P 'hpl": None,
                 r"oversee -P h\;": r"oversee -P h\;echo\>pwned\; ", r"oversee -P h\$": None, "oversee -P h$(": None,
                 r"oversee h\`": None}
        for typed, line in whole.items():
            with self.subTest(typed=typed):
                read = self.hostile_shell.typed(typed)
                self.assertEqual(list(self.hostile_shell.place.glob("**/pwned*")), [])
                self.assertEqual(read, line or read)


@unittest.skipUnless(BASH_COMPLETION.exists(), "the package bash-completion is not installed")
class InBashWithBashCompletion(Candidates, unittest.TestCase):
    language = "bash"
    tool_setup = f"""_tool() {{ COMPREPLY=($(compgen -W '--tool-option --other' -- "${{COMP_WORDS[COMP_CWORD]}}")); }}
                     complete -F _tool {TOOL}"""

    @staticmethod
    def make_shell(*arguments):
        return Bash(*arguments, with_bash_completion=True)


class InZsh(Candidates, unittest.TestCase):
    make_shell = Zsh
    language = "zsh"
    tool_setup = f"compdef '_arguments --tool-option --other' {TOOL}"

    def test_is_read_without_a_complaint(self):
        self.shell.run(require("zsh"), "-n", str(self.shell.file))


class InFish(Candidates, unittest.TestCase):
    make_shell = Fish
    language = "fish"
    tool_setup = f"complete -c {TOOL} -f -l tool-option; complete -c {TOOL} -f -l other"


if __name__ == "__main__":
    unittest.main(verbosity=2)
