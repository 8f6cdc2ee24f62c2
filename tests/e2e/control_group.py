"""Creates cgroup v2 groups in which tests run oversee; some groups are delegated to an ordinary user."""

import os
import re
import shutil
import subprocess
import unittest
import uuid
from pathlib import Path

from harness import OVERSEE, OverseeCase, wait_until

NOBODY = 65534


def own_group():
    """The directory of the test's own group; None if no cgroup2 hierarchy is mounted."""
    group = re.search(r"(?m)^0::(/.*)$", Path("/proc/self/cgroup").read_text())
    mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines() if " - cgroup2 " in line]
    if not group or not mounts or mounts[0][3] != "/":
        return None
    return Path(mounts[0][4] + group[1].rstrip("/"))


def join(group):
    (group / "cgroup.procs").write_text("0")


def remove(group):
    """Removes the group and everything inside it."""
    if not group.is_dir():
        return
    (group / "cgroup.kill").write_text("1")
    for directory, _, _ in os.walk(group, topdown=False):
        wait_until(lambda at=directory: "populated 0" in Path(at, "cgroup.events").read_text(), "an empty group")
        wait_until(lambda at=directory: try_rmdir(at), "a group that can be removed")


def try_rmdir(path):
    try:
        os.rmdir(path)
    except OSError:
        return False
    return True


def why_none():
    """Why the tests cannot create a group; empty if they can."""
    own = own_group()
    if own is None:
        return "no cgroup v2 is mounted"
    probe = own / f"oversee-e2e-{uuid.uuid4()}"
    try:
        probe.mkdir()
    except OSError as error:
        return f"cannot make a cgroup: {error}"
    try:
        subprocess.run(["true"], preexec_fn=lambda: join(probe), check=True)
        return "" if (probe / "cgroup.kill").exists() else "this kernel has no cgroup.kill"
    except (OSError, subprocess.SubprocessError) as error:
        return f"cannot join a cgroup: {error}"
    finally:
        remove(probe)


NO_CGROUP = why_none()


@unittest.skipIf(NO_CGROUP, NO_CGROUP)
class CgroupCase(OverseeCase):
    """Each test starts oversee in a new group."""

    def setUp(self):
        super().setUp()
        self.group = own_group() / f"oversee-e2e-{uuid.uuid4()}"
        self.group.mkdir()
        self.addCleanup(remove, self.group)

    def enter(self):
        join(self.group)

    def start(self, *argv, **options):
        return super().start(*argv, prepare=self.enter, **options)

    def leaves(self):
        return sorted(each.name for each in self.group.iterdir() if each.is_dir())


@unittest.skipUnless(os.geteuid() == 0, "needs root, to delegate a cgroup to another user")
class DelegatedCase(CgroupCase):
    """The group belongs to the user nobody, who runs everything that the test starts."""

    def setUp(self):
        super().setUp()
        self.directory.chmod(0o755)
        self.oversee_copy = str(self.program(OVERSEE))
        for path in (self.tmp, self.work, self.group, self.group / "cgroup.procs"):
            os.chown(path, NOBODY, NOBODY)
        self.records = self.tmp / f"oversee-{NOBODY}"

    def program(self, source, mode=0o755):
        """A copy of a program in a place where the user nobody can run it."""
        copy = self.directory / Path(source).name
        shutil.copy(source, copy)
        copy.chmod(mode)
        return copy

    def enter(self):
        join(self.group)
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)

    def start(self, *argv, **options):
        return super().start(*(self.oversee_copy if each == OVERSEE else each for each in argv), **options)
