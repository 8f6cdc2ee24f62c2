"""Runs oversee and helper programs in a test's own directory, and finds what they leave behind.

Needs in the environment OVERSEE (the binary), OVERSEE_WITHOUT (a binary whose mechanisms can be disabled) and HELPERS
(the directory of the built helper programs).
"""

import fcntl
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from marked_processes import marked_processes

OVERSEE = os.path.abspath(os.environ["OVERSEE"])
OVERSEE_WITHOUT = os.path.abspath(os.environ["OVERSEE_WITHOUT"])
HELPERS = Path(os.environ["HELPERS"]).resolve()
SOURCE_ROOT = Path(__file__).resolve().parents[2]

# Seconds; so large that a fault shows as a hang, and a slow machine never shows as a fault.
BOUND = 20

RUN_ID = re.compile(r"\d{8}-\d{6}-[a-z2-7]{4}")

# Reset the inherited signal state, which commands would inherit: a shell's background job ignores INT, for example.
for _each in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGCHLD, signal.SIGUSR1, signal.SIGUSR2):
    signal.signal(_each, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.pthread_sigmask(signal.SIG_SETMASK, set())


def helper(name):
    return str(HELPERS / name)


def wait_until(condition, what, describe=lambda: ""):
    """Polls until the condition is true; returns its first true value."""
    end = time.monotonic() + BOUND
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"still not so after {BOUND} s: {what}; {describe()}")
        time.sleep(0.002)


def nearly_full_pipe(room):
    """A nearly full pipe of the largest size, so that nothing can enlarge it: its ends, and the bytes that it holds.
    It has room for `room` more bytes, in whole pages."""
    reader, writer = os.pipe()
    size = fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 1 << 20)
    held = bytes(size - room)
    os.write(writer, held)
    return reader, writer, held


def read_or_none(path):
    try:
        return Path(path).read_bytes()
    except OSError:
        return None


def process_state(pid):
    """The state letter of proc(5); None if there is no such process."""
    stat = read_or_none(f"/proc/{pid}/stat")
    return stat[stat.rindex(b")") + 2 :][:1].decode() if stat else None


def pending(pid):
    """The signals that wait for the process, as bits."""
    lines = (read_or_none(f"/proc/{pid}/status") or b"").splitlines()
    return sum(int(line.split()[1], 16) for line in lines if line.startswith((b"SigPnd", b"ShdPnd")))


def is_gone(pid):
    return process_state(pid) in (None, "Z", "X")


def command_line(pid):
    return [word.decode(errors="replace") for word in (read_or_none(f"/proc/{pid}/cmdline") or b"").split(b"\0")[:-1]]


def children(pid):
    """The children of all threads of a process, because a thread of the guard starts the command; without the side
    processes that write oversee's own files."""
    texts = [read_or_none(each / "children") or b"" for each in Path(f"/proc/{pid}/task").glob("*")]
    found = [int(each) for text in texts for each in text.split()]
    return [each for each in found if read_or_none(Path(f"/proc/{each}/comm")) != b"oversee-files\n"]


def guard_of(front):
    """The pid of the front's guard; None if it does not exist yet."""
    return next((each for each in children(front) if command_line(each)[1:2] == ["@guard"]), None)


def parse_state(text):
    """Parses the output of show_state to a dict, with the variables as a dict under "env"."""
    state = {"env": {}}
    for line in text.decode().splitlines():
        key, _, value = line.partition(": ")
        if key == "env":
            name, _, content = value.partition("=")
            state["env"][name] = content
        else:
            state[key] = value
    return state


@dataclass
class Ended:
    """How a process ended; `status` is negative after death by a signal."""

    status: int
    out: bytes
    err: bytes
    seconds: float


class Running:
    """A process under test; collects its output."""

    def __init__(self, case, argv, *, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                 env=None, cwd=None, prepare=None, pass_fds=()):
        self.kept = {"out": bytearray(), "err": bytearray()}
        # Every process of the tree holds the write end, however it hides: end of file at the read end proves that none
        # is left.
        self.lifeline, writer = os.pipe()
        self.started = time.monotonic()
        try:
            self.process = subprocess.Popen(argv, stdin=stdin, stdout=stdout, stderr=stderr, env=env, cwd=cwd,
                                            start_new_session=True, preexec_fn=prepare, pass_fds=(writer, *pass_fds))
        finally:
            os.close(writer)
        self.pid = self.process.pid
        self.pidfd = os.pidfd_open(self.pid)
        self.streams = {}
        for name in ("out", "err"):
            stream = getattr(self.process, "std" + name)
            if stream is not None:
                os.set_blocking(stream.fileno(), False)
                self.streams[stream.fileno()] = name
        self.closed = False
        case.addCleanup(self.close)

    @property
    def out(self):
        return bytes(self.kept["out"])

    @property
    def err(self):
        return bytes(self.kept["err"])

    def close(self):
        """Ends the process and closes its descriptors, at the latest at the end of the test."""
        if self.closed:
            return
        self.closed = True
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.pidfd)
        os.close(self.lifeline)
        for each in (self.process.stdin, self.process.stdout, self.process.stderr):
            if each is not None:
                each.close()

    def signal(self, number):
        self.process.send_signal(number)

    def _read(self, fd):
        """Reads the available output."""
        while fd in self.streams:
            try:
                data = os.read(fd, 1 << 20)
            except BlockingIOError:
                return
            if data:
                self.kept[self.streams[fd]] += data
            else:
                del self.streams[fd]

    def _pump(self, end, *more):
        ready, _, _ = select.select([*self.streams, *more], [], [], max(0.0, end - time.monotonic()))
        for fd in ready:
            if fd in self.streams:
                self._read(fd)
        return ready

    def _so_far(self):
        return f"stdout so far {self.out[-500:]!r}, stderr {self.err[-500:]!r}"

    def expect(self, text, stream="out"):
        """Waits until the stream contains the text; returns its whole output so far."""
        self.expect_match(re.escape(text), stream)
        return bytes(self.kept[stream])

    def expect_match(self, pattern, stream="out"):
        """Waits until the stream's output matches the pattern; returns the match."""
        end = time.monotonic() + BOUND
        while not (match := re.search(pattern, self.kept[stream])):
            if time.monotonic() > end or not self.streams:
                raise AssertionError(f"{pattern!r} did not come; {self._so_far()}")
            self._pump(end)
        return match

    def finish(self, within=BOUND):
        """Waits for the end of the process, but not of its streams, which a remaining process may hold open."""
        end = time.monotonic() + within
        while self.pidfd not in self._pump(end, self.pidfd):
            if time.monotonic() > end:
                raise AssertionError(f"still running; {self._so_far()}")
        seconds = time.monotonic() - self.started
        for fd in list(self.streams):
            self._read(fd)
        return Ended(self.process.wait(), self.out, self.err, seconds)

    def anything_left(self, within=0.0):
        """Whether a process of the tree is still live after that many seconds."""
        return not select.select([self.lifeline], [], [], within)[0]


class OverseeCase(unittest.TestCase):
    """A test with its own directory, TMPDIR and environment."""

    maxDiff = 4000

    def setUp(self):
        self.directory = Path(tempfile.mkdtemp(prefix="oversee-e2e-")).resolve()
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.tmp = self.directory / "tmp"
        self.work = self.directory / "work"
        self.runtime = self.directory / "runtime"
        self.tmp.mkdir()
        self.runtime.mkdir(0o700)
        self.work.mkdir()
        self.records = self.tmp / f"oversee-{os.getuid()}"
        self.mark = f"E2E_MARK={uuid.uuid4()}"
        self.addCleanup(self._end_survivors)

    def environment(self, **changes):
        """The environment for a run; a change to None removes a variable."""
        kept = ("LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        # With a directory in PATH that may not be searched, execvp(3) reports EACCES instead of ENOENT.
        directories = os.environ.get("PATH", os.defpath).split(":")
        environment["PATH"] = ":".join(each for each in directories if os.access(each, os.X_OK))
        environment["TMPDIR"] = str(self.tmp)
        environment["XDG_RUNTIME_DIR"] = str(self.runtime)  # the place of records if TMPDIR is unusable
        environment["HOME"] = str(self.directory)  # without a user's settings
        name, _, value = self.mark.partition("=")
        environment[name] = value
        environment.update(changes)
        return {name: value for name, value in environment.items() if value is not None}

    def start(self, *argv, env=None, cwd=None, **options):
        environment = self.environment(**(env or {}))
        return Running(self, [str(each) for each in argv], env=environment, cwd=cwd or self.work, **options)

    def start_without(self, mechanisms, *arguments, env=None, **options):
        """Starts oversee with these mechanisms disabled (src/model/mechanism.hpp), for negative controls."""
        return self.start(OVERSEE_WITHOUT, *arguments, env={**(env or {}), "OVERSEE_TEST_WITHOUT": mechanisms}, **options)

    def run_plain(self, *argv, **options):
        return self.start(*argv, **options).finish()

    def oversee(self, *arguments, **options):
        return self.start(OVERSEE, *arguments, **options).finish()

    def survivors(self):
        """The processes with the test's mark in their environment."""
        return marked_processes(self.mark.encode())

    def _end_survivors(self):
        """Kills what a failed test or a negative control has left. Stops all processes first, because some start others
        when one dies. Processes that cannot be found end when their directory disappears."""
        shutil.rmtree(self.work, ignore_errors=True)
        end = time.monotonic() + BOUND
        stopped = set()
        while (new := set(self.survivors()) - stopped) and time.monotonic() < end:
            self._signal_all(new, signal.SIGSTOP)
            stopped |= new
        self._signal_all(stopped, signal.SIGKILL)

    @staticmethod
    def _signal_all(pids, number):
        for pid in pids:
            try:
                os.kill(pid, number)
            except (ProcessLookupError, PermissionError):
                pass

    def assert_nothing_left(self, running):
        if running.anything_left(within=BOUND):
            left = [(pid, command_line(pid)) for pid in self.survivors()]
            self.fail(f"processes are left: {left}")

    def files(self):
        """The names of the files in the run directory, except the stamp and the index that every run may leave."""
        names = (each.name for each in self.records.iterdir()) if self.records.is_dir() else []
        return sorted(each for each in names if each not in (".cleaned", ".index"))

    def the_only(self, suffix):
        """The path of the only file with this suffix in the run directory."""
        found = [each for each in self.files() if each.endswith(suffix)]
        self.assertEqual(len(found), 1, f"one {suffix} expected among {self.files()}")
        return self.records / found[0]

    def log(self):
        """The only run's log."""
        return self.the_only(".log").read_bytes()

    def summary(self):
        """The only run's JSON summary."""
        return json.loads(self.the_only(".json").read_bytes())

    def assert_summary(self, **expected):
        summary = self.summary()
        self.assertEqual({key: summary.get(key) for key in expected}, expected)
        return summary

    def file(self, name, content, mode=0o644):
        """Creates a file in the working directory; returns its path."""
        path = self.work / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        return path
