"""Runs a command behind mounts of its own: a small or full file system, a /dev that nobody else has."""

import shlex
import subprocess
import unittest

from harness import OVERSEE


def _refusal():
    done = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    return done.stderr.decode() if done.returncode else ""


REFUSAL = _refusal()


def needs_mounts(test):
    return unittest.skipIf(REFUSAL, f"a mount namespace of its own is refused: {REFUSAL}")(test)


class PrivateMounts:
    """For a test case: its commands see mounts that end with them."""

    def behind(self, mounts, line, **options):
        """Runs the shell line, with OVERSEE for the binary, after the lines that mount."""
        script = f"set -e; {mounts}; set +e; {line.replace('OVERSEE', shlex.quote(OVERSEE))}"
        return self.run_plain("unshare", "-m", "--propagation", "private", "sh", "-c", script, **options)

    def small(self, size="64k", more=""):
        """A file system of that size in the place of TMPDIR."""
        return f"mount -t tmpfs -o size={size},mode=1777{more} tmpfs {shlex.quote(str(self.tmp))}"

    def full(self, keep=0):
        """One on which nothing more can be written, but for so many pages."""
        free = f"; truncate -s -{keep * 4096} {self.tmp}/filler" if keep else ""
        return f"{self.small()}; dd if=/dev/zero of={self.tmp}/filler bs=4096 2>/dev/null || true{free}"
