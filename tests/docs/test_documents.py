"""Compares --help and the manual pages with the parser's list: names, letters, defaults, variables, choices."""

import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from parser_list import BUILD, OPTIONS, OVERSEE, ROOT, VERB_WORDS, VERBS, WORDS, built_text, file_text, options_used

PAGE = "man/oversee.1"
SETTINGS_PAGE = "man/oversee.toml.5"


def complaints(page: Path) -> str:
    """The output of mandoc's lint for the page; empty if it is clean."""
    if not shutil.which("mandoc"):
        raise AssertionError("mandoc is not installed; the manual pages cannot be checked")
    return subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(page)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False).stdout


def filled(template: str) -> subprocess.CompletedProcess:
    """The output of man/generate.py for this template, as stdout."""
    with tempfile.TemporaryDirectory() as directory:
        source, page = Path(directory, "page.in"), Path(directory, "page")
        source.write_text(template)
        done = subprocess.run([sys.executable, str(ROOT / "man/generate.py"), OVERSEE, str(source), str(page)],
                              stderr=subprocess.PIPE, text=True, check=False)
        done.stdout = page.read_text() if page.exists() else ""
        return done


class Help(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        done = subprocess.run([OVERSEE, "--help"], capture_output=True, text=True, check=True)
        cls.text, cls.errors = done.stdout, done.stderr
        cls.entries = {}
        name = None
        for line in cls.text.splitlines():
            item = re.match(r"  (?:-(\w), |    )--([\w-]+)(?: (\S+))?(.*)", line)
            if item:
                letter, name, metavar, text = item.groups("")
                cls.entries[name] = {"letter": letter, "metavar": metavar, "text": text}
            elif name and line.startswith(" " * 20):
                cls.entries[name]["text"] += line
            else:
                name = None

    def test_names_exactly_the_parsers_options(self):
        shown = {name: (entry["letter"], entry["metavar"]) for name, entry in self.entries.items()}
        self.assertEqual(shown, {option.name: (option.letter, option.metavar) for option in OPTIONS.values()})

    def test_shows_the_built_in_values(self):
        for name, entry in self.entries.items():
            with self.subTest(option=name):
                shown = re.search(r"\[(\S+)\]", entry["text"])
                self.assertEqual(shown.group(1) if shown else "", OPTIONS[name].built_in)

    def test_names_the_choices(self):
        for name, entry in self.entries.items():
            for choice in OPTIONS[name].choices:
                self.assertIn(choice, entry["text"], f"--{name}")

    def test_fits_80_columns(self):
        for line in self.text.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_names_the_verbs(self):
        section = self.text[self.text.index("\nVerbs"):]
        self.assertEqual(re.findall(r"^  ([a-z]+) ", section, re.MULTILINE), list(VERBS))

    def test_goes_to_standard_output_alone(self):
        self.assertEqual(self.errors, "")

    def test_the_short_usage_names_known_options_only(self):
        usage = subprocess.run([OVERSEE], stderr=subprocess.PIPE, text=True, check=False).stderr
        used = options_used(usage)
        self.assertTrue(used)
        self.assertEqual([word for word in used if word not in WORDS], [])


class ManualPage(unittest.TestCase):
    """Parses the page's mdoc macros; an option is an .It of Fl, and its default and variable are in a line of .Pq."""

    @classmethod
    def setUpClass(cls):
        cls.lines = built_text(PAGE).splitlines()
        cls.entries = {}
        letter = name = None
        for line in cls.section("OPTIONS"):
            item = re.fullmatch(r"\.It (?:Fl (\w) , )?Fl Fl ([\w-]+)(?: Ar (\S+))?", line)
            if item:
                letter, name, metavar = item.groups("")
                cls.entries[name] = {"letter": letter, "metavar": metavar, "text": []}
            elif line.startswith((".It", ".El")):
                name = None
            elif name:
                cls.entries[name]["text"].append(line)

    @classmethod
    def section(cls, title: str) -> list[str]:
        start = cls.lines.index(f".Sh {title}")
        rest = cls.lines[start + 1:]
        ends = [i for i, line in enumerate(rest) if line.startswith(".Sh ")]
        return rest[: ends[0]] if ends else rest

    def test_lists_exactly_the_parsers_options(self):
        shown = {name: (entry["letter"], entry["metavar"]) for name, entry in self.entries.items()}
        self.assertEqual(shown, {option.name: (option.letter, option.metavar) for option in OPTIONS.values()})

    def test_tells_the_built_in_values_and_the_variables(self):
        for name, entry in self.entries.items():
            with self.subTest(option=name):
                option = OPTIONS[name]
                last = entry["text"][-1].removeprefix(".Pq ") if entry["text"][-1].startswith(".Pq ") else ""
                facts = last.split(" ; ") if last else []
                told = {"default": option.built_in and f"default : Cm {option.built_in}",
                        "variable": option.scope != "flag" and f"Ev OVERSEE_{name.upper().replace('-', '_')}",
                        "key": {"profile": "No key in profiles only", "call": "No not a key"}.get(option.scope)}
                self.assertEqual(facts, [fact for fact in told.values() if fact])

    def test_the_entries_stand_in_the_tables_order_below_the_groups_titles(self):
        own = ("help", "version")
        titles = [line.removeprefix(".Ss ") for line in self.section("OPTIONS") if line.startswith(".Ss ")]
        self.assertEqual(titles, list(dict.fromkeys(option.title for option in OPTIONS.values()
                                                    if option.name not in own)) + ["Values"])
        self.assertEqual([name for name in self.entries if name not in own],
                         [name for name in OPTIONS if name not in own])

    def test_a_setting_without_a_text_has_its_sentence_from_the_help(self):
        page = filled('.\\" @OPTIONS@\n.\\" @text timeout\nA text.\n.\\" @END@\n').stdout
        self.assertIn(f".It Fl C , Fl Fl directory Ar DIR\n{OPTIONS['directory'].help}.\n", page)
        self.assertIn(".It Fl t , Fl Fl timeout Ar DUR\nA text.\n.Pq default", page)
        self.assertNotIn(OPTIONS["timeout"].help, page)
        self.assertNotIn('.\\" @', page)

    def test_a_text_for_no_setting_is_refused(self):
        for name in ("tiemout", "help"):
            done = filled(f'.\\" @OPTIONS@\n.\\" @text {name}\nA text.\n.\\" @END@\n')
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(f"a text for {name}, which is no setting", done.stderr)
        for broken in ('.\\" @OPTIONS@\nA text.\n.\\" @END@\n', '.\\" @OPTIONS@\n',
                       '.\\" @OPTIONS@\n.\\" @text env\n.\\" @text env\n.\\" @END@\n'):
            self.assertEqual(filled(broken).returncode, 1, broken)

    def test_a_variable_of_the_page_sets_its_option(self):
        # Each is refused by name if its value is invalid; texts and paths accept everything except an empty string.
        refusable = {"timeout": "x", "signal": "x", "kill-after": "x", "stop": "x", "summary": "x", "clear-env": "x",
                     "no-log": "x", "preserve-status": "x", "verbose": "x", "env": "=x", "unset-env": "=x"}
        for name, value in refusable.items():
            variable = "OVERSEE_" + name.upper().replace("-", "_")
            done = subprocess.run([OVERSEE, "true"], env={"PATH": "/usr/bin:/bin", variable: value},
                                  stderr=subprocess.PIPE, text=True, check=False)
            self.assertEqual(done.returncode, 125, variable)
            self.assertIn(variable, done.stderr)

    def test_names_the_choices(self):
        for name, entry in self.entries.items():
            told = set(re.findall(r"[\w-]+", "\n".join(entry["text"])))
            for choice in OPTIONS[name].choices:
                self.assertIn(choice, told, f"--{name}")

    def test_every_option_it_mentions_exists(self):
        mentioned = set()
        for line in self.lines:
            if not line.startswith("."):
                continue
            mentioned |= {f"--{name}" for name in re.findall(r"\bFl Fl ([\w-]+)", line)}
            mentioned |= {f"-{letter}" for letter in re.findall(r"(?<!Fl )Fl (\w)\b", line)}
        self.assertEqual(mentioned - set(WORDS), set())

    def test_its_examples_use_known_options_only(self):
        used = options_used(re.sub(r"\\e$", r"\\", "\n".join(self.section("EXAMPLES OF USE")), flags=re.MULTILINE))
        self.assertGreater(len(used), 10)
        self.assertEqual([word for word in used if word not in WORDS], [])

    def test_names_the_verbs(self):
        named = {line.split()[2] for line in self.section("DESCRIPTION") if line.startswith(".It Cm ")}
        self.assertEqual(named, set(VERBS))
        for verb in VERBS:
            self.assertIn(f".Xr oversee-{verb} 1 ,", self.section("SEE ALSO"))

    def test_has_the_sections_that_people_look_for(self):
        titles = [line.removeprefix(".Sh ") for line in self.lines if line.startswith(".Sh ")]
        for title in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "SIGNALS", "THE LOG", "ENVIRONMENT", "FILES",
                      "EXIT STATUS", "SEE ALSO", "BUGS", "SECURITY CONSIDERATIONS"):
            self.assertIn(title, titles)

    def test_tells_the_exit_statuses(self):
        statuses = [line for line in self.section("EXIT STATUS") if line.startswith(".It ")]
        for status in ("123", "124", "125", "126", "127"):
            self.assertIn(f".It {status}", statuses)

    def test_is_clean_under_mandoc(self):
        self.assertEqual(complaints(BUILD / PAGE), "")

    def test_it_is_installed(self):
        text = file_text("man/meson.build")
        for page in (PAGE, SETTINGS_PAGE):
            self.assertIn(f"'{page.removeprefix('man/')}'", text)


class SettingsPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = built_text(SETTINGS_PAGE)
        cls.keys = dict(re.findall(r"^\.It Li (\S+) Ta (.+)$", cls.text, re.MULTILINE))

    def test_lists_exactly_the_keys_in_the_tables_order(self):
        self.assertEqual(list(self.keys), [option.name for option in OPTIONS.values()
                                           if option.scope in ("file", "profile")])
        for key in ("command", "inherits", "description"):
            self.assertIn(f".It Li {key}\n", self.text)

    def test_tells_types_and_defaults(self):
        for name, row in self.keys.items():
            cells = row.split(" Ta ")
            option = OPTIONS[name]
            with self.subTest(key=name):
                self.assertEqual(cells[1:], [option.built_in] if option.built_in else
                                 ["in profiles only" if option.scope == "profile" else "\\&"])
                self.assertEqual(cells[0] == "true or false", not option.takes_value)
                explained = cells[0].removesuffix("s") if cells[0].startswith("list") else cells[0]
                self.assertRegex(self.text, rf"\.It {explained}")  # in TYPES
        for key, kind in {"timeout": "duration", "max-output": "size", "retries": "number", "env": "table",
                          "ok-exit": "codes", "retry-on": "list of texts", "show": "choice", "log": "text"}.items():
            self.assertEqual(self.keys[key].split(" Ta ")[0], kind)

    def test_names_the_files_in_the_order_of_their_strength(self):
        order = self.text[self.text.index(".Sh ORDER"):]
        places = [order.index(word) for word in ("built in", "/etc/oversee", "user's file", "project's file",
                                                 "the profile\n", "variables", "flags")]
        self.assertEqual(places, sorted(places))

    def test_every_option_it_mentions_exists(self):
        to_come = {"--config", "--no-config", "--explain", "-P"}
        macros = "\n".join(line for line in self.text.splitlines() if line.startswith("."))
        mentioned = {f"--{name}" for name in re.findall(r"\bFl Fl ([\w-]+)", macros)}
        mentioned |= {f"-{letter}" for letter in re.findall(r"(?<!Fl )Fl (\w)\b", macros)}
        self.assertEqual(mentioned - set(WORDS) - to_come, set())

    def test_is_clean_under_mandoc(self):
        self.assertEqual(complaints(BUILD / SETTINGS_PAGE), "")


class VerbPages(unittest.TestCase):
    """Each verb's help and page, oversee-VERB(1), compared with the parser's list of its options."""

    def test_help_names_exactly_the_parsers_options(self):
        for verb, options in VERBS.items():
            text = subprocess.run([OVERSEE, verb, "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
            shown = re.findall(r"^  (?:-(\w), |    )--([\w-]+)(?: ([A-Z]+))?(?:  |$)", text, re.MULTILINE)
            with self.subTest(verb=verb):
                self.assertEqual(shown, [(each.letter, each.name, each.metavar) for each in options.values()])
                self.assertLessEqual(max(map(len, text.splitlines())), 80)

    def test_page_lists_exactly_the_parsers_options(self):
        for verb, options in VERBS.items():
            listed = re.findall(r"^\.It (?:Fl (\w) , )?Fl Fl ([\w-]+)(?: Ar (\S+))?$", file_text(f"man/oversee-{verb}.1"),
                                re.MULTILINE)
            with self.subTest(verb=verb):
                self.assertEqual(listed, [(each.letter, each.name, each.metavar) for each in options.values()])

    def test_every_option_that_a_page_mentions_exists(self):
        for verb in VERBS:
            text = file_text(f"man/oversee-{verb}.1")
            macros = "\n".join(line for line in text.splitlines() if line.startswith("."))
            mentioned = {f"--{name}" for name in re.findall(r"\bFl Fl ([\w-]+)", macros)}
            mentioned |= {f"-{letter}" for letter in re.findall(r"(?<!Fl )Fl (\w)\b", macros)}
            used = {word.partition("=")[0] for call in re.findall(rf"^oversee {verb} ([^|>\n]*)", text, re.MULTILINE)
                    for word in call.split() if word.startswith("-")}
            with self.subTest(verb=verb):
                self.assertTrue(used)
                self.assertEqual(used - VERB_WORDS[verb], set())
                self.assertEqual(mentioned - VERB_WORDS[verb] - set(WORDS), set())

    def test_pages_are_installed_and_clean_under_mandoc(self):
        for verb in VERBS:
            page = f"oversee-{verb}.1"
            self.assertIn(f"'{page}'", file_text("man/meson.build"))
            self.assertEqual(complaints(ROOT / "man" / page), "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
