"""Holds --help and the manual page against the parser's own list: names, letters, defaults, variables, choices."""

import re
import shutil
import subprocess
import unittest

from parser_list import OPTIONS, OVERSEE, ROOT, VERB_WORDS, VERBS, WORDS, file_text, options_used

PAGE = "man/oversee.1"


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


def arguments(line: str) -> list[str]:
    return line.split()[1:]


class ManualPage(unittest.TestCase):
    """Reads the page by its mdoc macros; an option is an .It of Fl, with its default and variable in a line of .Pq."""

    @classmethod
    def setUpClass(cls):
        cls.lines = file_text(PAGE).splitlines()
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
                told = [re.fullmatch(r"\.Pq (?:default : Cm (\S+) ; )?Ev (\w+)", line) for line in entry["text"]]
                told = [match.groups("") for match in told if match]
                if name in ("help", "version"):
                    self.assertEqual(told, [])
                    continue
                variable = "OVERSEE_" + name.upper().replace("-", "_")
                self.assertEqual(told, [(OPTIONS[name].built_in, variable)])

    def test_a_variable_of_the_page_sets_its_option(self):
        # Each is refused by its own name when it holds what its option cannot take; texts and paths take all but "".
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
            told = {word for line in entry["text"] if line.startswith(".Cm ") for word in arguments(line)}
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
        self.assertTrue(shutil.which("mandoc"), "mandoc is not installed; the manual page cannot be checked")
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(ROOT / PAGE)],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""))


class VerbPages(unittest.TestCase):
    """Each verb's help and page, oversee-VERB(1), against the parser's list of its options."""

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
        self.assertTrue(shutil.which("mandoc"), "mandoc is not installed; the manual pages cannot be checked")
        for verb in VERBS:
            page = f"oversee-{verb}.1"
            self.assertIn(f"'{page}'", file_text("man/meson.build"))
            done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(ROOT / "man" / page)],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (0, ""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
