"""Installs the build to a private directory, as a packager does, and checks which files are there and which are not."""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from parser_list import ROOT

BUILD = Path(os.environ["BUILD_ROOT"])

BINARY = "bin/oversee"
PAGES = {"share/man/man1/oversee.1", "share/man/man1/oversee-logs.1"}
COMPLETIONS = {"share/bash-completion/completions/oversee", "share/zsh/site-functions/_oversee",
               "share/fish/vendor_completions.d/oversee.fish"}
DOCUMENTS = "share/doc/oversee"
SCHEMA = "share/oversee/oversee.schema.json"
NO_EXAMPLES = {"meson.build", "oversee.schema.json"}


def examples():
    """Each file of configs/ that users copy, by its path there."""
    found = {path.relative_to(ROOT / "configs") for path in (ROOT / "configs").rglob("*") if path.is_file()}
    return {str(path) for path in found if path.parts[0] != "debian" and str(path) not in NO_EXAMPLES}


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        done = subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", temporary.name],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False)
        if done.returncode:
            raise AssertionError(f"meson install: {done.stdout}")
        options = json.loads(subprocess.run(["meson", "introspect", "--buildoptions", BUILD], stdout=subprocess.PIPE,
                                            check=True).stdout)
        prefix = next(option["value"] for option in options if option["name"] == "prefix")
        cls.top = Path(temporary.name)
        cls.place = cls.top / prefix.lstrip("/")

    def test_it_is_all_that_it_should_be_and_nothing_else(self):
        expected = {BINARY, SCHEMA} | COMPLETIONS | {f"{DOCUMENTS}/{name}" for name in ("README.md", "CHANGELOG.md", "LICENSE")}
        expected |= {f"{DOCUMENTS}/examples/{name}" for name in examples()}
        found = {str(path.relative_to(self.place)) for path in self.place.rglob("*") if path.is_file()}
        # Every verb and file format has a page; PAGES lists only the required ones.
        pages = {path for path in found if re.match(r"share/man/man(\d)/oversee[\w.-]*\.\1$", path)}
        self.assertLessEqual(PAGES, pages)
        self.assertEqual(found - pages, expected)
        self.assertEqual({path for path in self.top.rglob("*") if path.is_file() and self.place not in path.parents}, set())

    def test_the_binary_runs(self):
        done = subprocess.run([self.place / BINARY, "--version"], stdout=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^oversee \d+\.\d+\.\d+\n$")

    def test_no_file_is_empty_and_everybody_may_read_it(self):
        for path in self.place.rglob("*"):
            if path.is_file():
                self.assertGreater(path.stat().st_size, 100, path)
                self.assertEqual(path.stat().st_mode & 0o444, 0o444, path)

    def test_what_is_to_be_run_may_be(self):
        executable = {str(path.relative_to(self.place)) for path in self.place.rglob("*")
                      if path.is_file() and path.stat().st_mode & 0o111}
        self.assertEqual(executable, {BINARY} | {f"{DOCUMENTS}/examples/{name}" for name in examples() if name.endswith(".sh")})

    def test_the_pages_are_manual_pages(self):
        for page in PAGES:
            text = (self.place / page).read_text()
            self.assertRegex(text, r"(?m)^\.Sh NAME$")
            self.assertGreater(len(text.splitlines()), 50, page)

    def test_the_schema_is_that_of_the_sources(self):
        self.assertEqual((self.place / SCHEMA).read_bytes(), (ROOT / "configs" / "oversee.schema.json").read_bytes())


if __name__ == "__main__":
    unittest.main(verbosity=2)
