"""A file system whose server takes every request and answers none: who asks for a file hangs,
and once KILL has been sent hangs in state D."""

import os
import select
import struct
import subprocess
import threading
import unittest

from harness import wait_until

INIT = 26

# What FUSE's header says of a request: length, operation, number, file, user, group, process (linux/fuse.h).
REQUEST = struct.Struct("=IIQQIIII")
ANSWER = struct.Struct("=IiQ")

# Of the answer to the first: version, read-ahead, flags, queues, largest write, and much that is 0.
HELLO = struct.Struct("=IIIIHHII32x")


class HungFiles:
    """Mounted at a directory until it is freed; then all who hang there fail, and die of what they were sent."""

    def __init__(self, place, inside=None, mode="40000"):
        """Inside the mount namespace of a process; of the kind of the mode, a directory unless it is told otherwise."""
        self.place = place
        self.namespace = os.open(f"/proc/{inside or 'self'}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
        self.device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        self.mounted = False
        self.hanging = set()
        options = f"fd={self.device},rootmode={mode},user_id=0,group_id=0,allow_other"
        done = self._inside("mount", "-i", "-t", "fuse", "-o", options, "nobody-answers", place)
        if done.returncode != 0:
            os.close(self.device)
            os.close(self.namespace)
            raise OSError(done.stderr.decode().strip())
        self.mounted = True
        self.stopped, self.stop = os.pipe()
        self.server = threading.Thread(target=self._serve, daemon=True)
        self.server.start()

    def passed(self):
        return [self.namespace, self.device] if not self.mounted else [self.namespace]

    def _inside(self, *arguments):
        return subprocess.run(["nsenter", f"--mount=/proc/self/fd/{self.namespace}", *arguments],
                              pass_fds=self.passed(), stderr=subprocess.PIPE, check=False, timeout=20)

    def _serve(self):
        try:
            while self.stopped not in select.select([self.device, self.stopped], [], [])[0]:
                request = os.read(self.device, 1 << 18)
                _, operation, number, _, _, _, pid, _ = REQUEST.unpack_from(request)
                if operation == INIT:
                    hello = HELLO.pack(7, 31, 0, 0, 0, 0, 4096, 1)
                    os.write(self.device, ANSWER.pack(ANSWER.size + len(hello), 0, number) + hello)
                else:
                    self.hanging.add(pid)
        except OSError:
            pass  # freed

    def wait_until_hangs(self, pid):
        wait_until(lambda: pid in self.hanging, f"process {pid} hangs in a file system")

    def free(self):
        if not self.mounted:
            return
        self.mounted = False
        os.close(self.stop)
        self.server.join(timeout=20)
        os.close(self.device)  # its last descriptor: every request fails, also where nothing is mounted any more
        self._inside("umount", "-i", "-l", self.place)
        os.close(self.stopped)
        os.close(self.namespace)


def hung_files(case):
    """For one test; skips it where there can be none."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("needs root, to mount a file system that hangs")
    place = case.directory / "hung"
    place.mkdir()
    try:
        files = HungFiles(place)
    except OSError as error:
        raise unittest.SkipTest(f"no file system that hangs can be mounted: {error}") from error
    case.addCleanup(files.free)
    return files

