"""A file system whose server reads every request and answers none: a process that opens a file hangs,
and after KILL it hangs in state D."""

import os
import select
import struct
import subprocess
import threading
import unittest

from harness import wait_until

INIT = 26

# The header of a FUSE request: length, operation, number, file, user, group, process (linux/fuse.h).
REQUEST = struct.Struct("=IIQQIIII")
ANSWER = struct.Struct("=IiQ")

# The answer to the first request: version, read-ahead, flags, queues, largest write, and zeros.
HELLO = struct.Struct("=IIIIHHII32x")


class HungFiles:
    """Mounted at a directory until it is freed; then all processes that hang there fail, and die of pending signals."""

    def __init__(self, place, inside=None, mode="40000"):
        """Mounts in the mount namespace of the process `inside`; the mode is the file type, by default a directory."""
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
        os.close(self.device)  # the last descriptor: every request fails, even if nothing is mounted
        self._inside("umount", "-i", "-l", self.place)
        os.close(self.stopped)
        os.close(self.namespace)


def hung_files(case):
    """The file system for one test; skips the test if it cannot be mounted."""
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

