"""A file system on a disk that can be stalled: a process that writes to it then waits in state D and ignores KILL."""

import os
import subprocess
import unittest

from harness import wait_until


class StalledDisk:
    """ext4 in a file, mounted at a directory of the test until the test ends."""

    def __init__(self, case, size="16M"):
        self.place = case.directory / "disk"
        self.place.mkdir()
        image = case.directory / "disk.img"
        self._run("truncate", "-s", size, image)
        self._run("mkfs.ext4", "-q", "-F", image)
        self._run("mount", "-o", "loop", image, self.place)
        case.addCleanup(self._unmount)
        self.stalled = False

    @staticmethod
    def _run(*words):
        done = subprocess.run([str(each) for each in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=60)
        if done.returncode != 0:
            raise OSError(done.stdout.decode(errors="replace").strip())

    def stall(self):
        self._run("fsfreeze", "-f", self.place)
        self.stalled = True

    def go_on(self):
        if self.stalled:
            self.stalled = False
            self._run("fsfreeze", "-u", self.place)

    def _unmount(self):
        """Writers of a run that has ended may still be at it for a moment."""
        self.go_on()
        wait_until(lambda: subprocess.run(["umount", "-q", self.place], check=False, timeout=60).returncode == 0,
                   "no process uses the disk")


def stalled_disk(case, size="16M"):
    """The disk for one test; skips the test if it cannot be made."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("needs root, to mount a disk that can be stalled")
    try:
        return StalledDisk(case, size)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise unittest.SkipTest(f"no disk that can be stalled can be mounted: {error}") from error
