"""Runs a command with its own mounts: a small or full file system, a private /dev."""

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
    """For a test case: mounts that only its commands see and that end with them."""

    def behind(self, mounts, line, **options):
        """Runs the lines that mount and then the shell line, with the binary as OVERSEE."""
        script = f"set -e; {mounts}; set +e; {line.replace('OVERSEE', shlex.quote(OVERSEE))}"
        return self.run_plain("unshare", "-m", "--propagation", "private", "sh", "-c", script, **options)

    def small(self, size="64k", more=""):
        """A file system of that size in place of TMPDIR."""
        return f"mount -t tmpfs -o size={size},mode=1777{more} tmpfs {shlex.quote(str(self.tmp))}"

    def full(self, keep=0):
        """A file system that is full except for this many pages."""
        free = f"; truncate -s -{keep * 4096} {self.tmp}/filler" if keep else ""
        return f"{self.small()}; dd if=/dev/zero of={self.tmp}/filler bs=4096 2>/dev/null || true{free}"
