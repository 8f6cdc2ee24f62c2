"""Repeats tests as an ordinary user if root runs the tests."""

import os
import shutil
import tempfile
from pathlib import Path

from harness import HELPERS, OVERSEE, OVERSEE_WITHOUT, OverseeCase

NOBODY = 65534


def become_nobody():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


class OrdinaryUserCase(OverseeCase):
    """Copies the programs to where everyone can run them, and starts everything as the user nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.programs = Path(tempfile.mkdtemp(prefix="oversee-e2e-programs-")).resolve()
        cls.addClassCleanup(shutil.rmtree, cls.programs, ignore_errors=True)
        cls.programs.chmod(0o755)
        (cls.programs / "helpers").mkdir(mode=0o755)
        for program in (OVERSEE, OVERSEE_WITHOUT):
            shutil.copy(program, cls.programs)
        for program in HELPERS.iterdir():
            if program.is_file() and os.access(program, os.X_OK):
                shutil.copy(program, cls.programs / "helpers")

    def setUp(self):
        super().setUp()
        self.overseer = str(self.programs / Path(OVERSEE).name)
        self.helpers = self.programs / "helpers"
        self.records = self.tmp / f"oversee-{NOBODY}"
        for directory in (self.directory, self.tmp, self.work):
            os.chown(directory, NOBODY, NOBODY)

    def start(self, *argv, **options):
        program = {OVERSEE: self.overseer, OVERSEE_WITHOUT: str(self.programs / Path(OVERSEE_WITHOUT).name)}
        return super().start(*(program.get(each, each) for each in argv), prepare=become_nobody, **options)
