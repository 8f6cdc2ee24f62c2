"""Compares the schema of settings files with the parser's list, the example in configs/, and the program's behaviour."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from parser_list import OPTIONS, OVERSEE, ROOT

try:
    import tomllib
except ImportError:  # before Python 3.11
    tomllib = None
try:
    import jsonschema
except ImportError:
    jsonschema = None

COPY = "configs/oversee.schema.json"
EXAMPLE = ROOT / "configs" / "oversee.toml"
OWN_KEYS = {"command", "inherits", "description"}

HELP = subprocess.run([OVERSEE, "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
CHECK_IS_BUILT = re.search(r"^  check ", HELP[HELP.index("\nVerbs"):], re.MULTILINE) is not None
without_check = unittest.skipUnless(CHECK_IS_BUILT, "this oversee has no verb check")
without_toml = unittest.skipUnless(tomllib, "this Python has no tomllib (3.11 has)")
without_jsonschema = unittest.skipUnless(jsonschema, "python3-jsonschema is not installed")

# Valid lines of [defaults], or of a [profile.x] that starts with a command.
GOOD = ['timeout = 90', 'timeout = 1.5', 'timeout = "2m30s"', 'timeout = "none"', 'max-memory = 4096',
        'max-memory = "1.5GiB"', 'retries = 2', 'max-procs = "none"', 'signal = "INT"', 'signal = 15',
        'stop = "INT:5s,KILL"', 'flaky = "fail"', 'quiet = true', 'quiet = false', 'retry-on = "timeout"',
        'retry-on = ["timeout", "exit:75"]', 'ok-exit = 3', 'ok-exit = "3,75-78"', 'ok-exit = [3, "75-78"]',
        'env = { A = "1", B = "" }', 'env = ["A=1", "B"]', 'env = "A=1"', 'core = "unlimited"', 'name = "x"']
BAD = ['timeuot = 90', 'timeout = true', 'timeout = -1', 'timeout = ""', 'timeout = ["1s"]', 'max-memory = 1.5',
       'retries = 1.5', 'retries = "two"', 'retries = "2"', 'signal = 1.5', 'flaky = "maybe"', 'flaky = true',
       'quiet = "yes"', 'quiet = 1', 'retry-on = 75', 'retry-on = [75]', 'retry-on = { exit = 75 }', 'ok-exit = 256',
       'ok-exit = [true]', 'env = { A = 1 }', 'env = [1]', 'env = 1', 'stdin = false', 'name = 1', 'profile = "ci"',
       'help = true', 'version = true']
BAD_FILES = ['timeout = "5m"', '[default]\nquiet = true', '[defaults]\ncommand = ["make"]',
             '[defaults]\nshell-line = "make"', '[defaults]\ninherits = "x"', '[profile.x]\ncommand = "make"',
             '[profile.x]\ncommand = []', '[profile.x]\ncommand = [1]', '[profile.x]\ninherits = ["y"]',
             '[profile.x]\ndescription = 1', '[profile]\nx = 1', '[[defaults]]\nquiet = true']
GOOD_FILES = ['', '[defaults]', '[profile.x]', '[profile.x]\ndescription = "y"\ncommand = ["a", ""]',
              '[profile.x]\nshell-line = "make | tee"', '[profile.x]\nscript = "run.sh"\ninterpreter = "bash"']


def documents():
    """Each document, and whether it is valid."""
    for right, lines in ((True, GOOD), (False, BAD)):
        for line in lines:
            yield right, f"[defaults]\n{line}\n"
            yield right, f'[profile.x]\ncommand = ["true"]\n{line}\n'
    for right, files in ((True, GOOD_FILES), (False, BAD_FILES)):
        for text in files:
            yield right, text + "\n"


def typed(option, text):
    """The value as in a file: numbers without quotes."""
    return int(text) if option.kind in ("number", "codes") and re.fullmatch(r"\d+", text) else text


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = subprocess.run([OVERSEE, "@schema"], stdout=subprocess.PIPE, text=True, check=True).stdout
        cls.schema = json.loads(cls.text)

    def test_the_copy_in_configs_is_what_the_program_prints(self):
        self.assertEqual((ROOT / COPY).read_text(), self.text,
                         f"the table of settings has changed; refresh the copy: ./dev run @schema >{COPY}")

    def test_it_has_the_settings_that_a_file_may_have(self):
        everywhere = {option.name for option in OPTIONS.values() if option.scope == "file"}
        in_profiles = {option.name for option in OPTIONS.values() if option.scope == "profile"}
        self.assertGreater(len(everywhere), 40)
        self.assertIn("shell-line", in_profiles)
        tables = self.schema["properties"]
        self.assertEqual(set(tables), {"defaults", "profile"})
        self.assertEqual(set(tables["defaults"]["properties"]), everywhere)
        profile = tables["profile"]["additionalProperties"]
        self.assertEqual(set(profile["properties"]), everywhere | in_profiles | OWN_KEYS)
        self.assertEqual(set(self.schema["definitions"]), everywhere | in_profiles)
        for name, member in (tables["defaults"]["properties"] | profile["properties"]).items():
            if name not in OWN_KEYS:
                self.assertEqual(member, {"$ref": f"#/definitions/{name}"})

    def test_it_tells_what_each_is_for_and_what_it_is_by_itself(self):
        for name, member in self.schema["definitions"].items():
            option = OPTIONS[name]
            with self.subTest(setting=name):
                self.assertEqual(member.get("description", ""), option.help)
                built_in = typed(option, option.built_in) if option.takes_value else False
                self.assertEqual(member.get("default", ""), built_in)
                self.assertEqual(tuple(member.get("enum", ())), option.choices)
                self.assertEqual(member.get("examples", []),
                                 [typed(option, word) for word in option.suggestions if not word.endswith(":")])

    @without_jsonschema
    def test_it_is_a_schema_and_its_own_values_are_right(self):
        jsonschema.Draft7Validator.check_schema(self.schema)
        for name, member in self.schema["definitions"].items():
            validator = jsonschema.Draft7Validator(member)
            for value in [member[key] for key in ("default",) if key in member] + member.get("examples", []):
                self.assertTrue(validator.is_valid(value), f"{name} = {value!r}")

    @without_toml
    @without_jsonschema
    def test_it_tells_right_from_wrong(self):
        validator = jsonschema.Draft7Validator(self.schema)
        for right, text in documents():
            with self.subTest(text=text):
                self.assertEqual(validator.is_valid(tomllib.loads(text)), right)

    @without_check
    def test_the_program_judges_as_the_schema_does(self):
        for right, text in documents():
            with self.subTest(text=text), tempfile.TemporaryDirectory() as directory:
                path = Path(directory) / "oversee.toml"
                path.write_text(text)
                done = subprocess.run([OVERSEE, "check", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                      check=False)
                self.assertEqual(done.returncode, 0 if right else 125, done.stdout)


class Example(unittest.TestCase):
    @without_toml
    @without_jsonschema
    def test_it_follows_the_schema(self):
        validator = jsonschema.Draft7Validator(json.loads((ROOT / COPY).read_text()))
        self.assertEqual([error.message for error in validator.iter_errors(tomllib.loads(EXAMPLE.read_text()))], [])

    @without_toml
    def test_it_shows_what_profiles_are_for(self):
        settings = tomllib.loads(EXAMPLE.read_text())
        profiles = settings["profile"]
        self.assertTrue(settings["defaults"])
        self.assertLessEqual({"ci", "integration", "nightly"}, set(profiles))
        for name, profile in profiles.items():
            self.assertTrue(profile["description"], name)
        self.assertEqual(profiles["integration"]["inherits"], "ci")
        self.assertTrue(profiles["integration"]["command"])
        self.assertNotIn("command", profiles["ci"])

    def test_editors_find_the_schema_beside_it(self):
        header = EXAMPLE.read_text().partition("\n\n[")[0]
        named = re.search(r"^#:schema (\S+)$", header, re.MULTILINE)
        self.assertIsNotNone(named)
        self.assertEqual((EXAMPLE.parent / named.group(1)).resolve(), ROOT / COPY)

    @without_check
    def test_the_program_has_nothing_against_any_file_of_settings(self):
        files = sorted((ROOT / "configs").rglob("*.toml"))
        self.assertIn(EXAMPLE, files)
        for path in files:
            done = subprocess.run([OVERSEE, "check", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  check=False)
            self.assertEqual(done.returncode, 0, f"{path}: {done.stdout}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
