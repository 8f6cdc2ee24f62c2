"""A pseudo-terminal with a session of its own on it: types, reads, and looks at its modes."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from harness import BOUND, OVERSEE, OverseeCase, children, command_line, guard_of, process_state, wait_until

CTRL_C = b"\x03"
CTRL_Z = b"\x1a"
CTRL_BACKSLASH = b"\x1c"
PAIR_BOUND = 4  # seconds: two that make a pair of two presses, and as many for the answer


class Terminal:
    """Runs argv as the leader of a new session whose controlling terminal this is."""

    def __init__(self, case, *argv, env=None, cwd=None):
        self.master, self.slave = pty.openpty()
        case.addCleanup(self.close)
        self.seen = b""
        self.read_to = 0
        # At a key that is a signal the kernel would drop what waits to be read: the output that the tests look for.
        modes = self.modes()
        modes[3] |= termios.NOFLSH
        termios.tcsetattr(self.slave, termios.TCSANOW, modes)
        self.modes_before = self.modes()
        self.flags_before = self.flags()

        def prepare():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        environment = case.environment(**{"TERM": "dumb", **(env or {})})
        self.process = subprocess.Popen([str(each) for each in argv], stdin=self.slave, stdout=self.slave,
                                        stderr=self.slave, env=environment, cwd=cwd or case.work, preexec_fn=prepare)
        self.pid = self.process.pid

    def close(self):
        """Ends the session's leader and hangs up, at the test's end at the latest."""
        if self.slave is None:
            return
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.slave)
        self.slave = None
        self.hang_up()

    def hang_up(self):
        """What becomes of a terminal whose window is closed, or whose line is cut."""
        if self.master is not None:
            os.close(self.master)
        self.master = None

    def type(self, keys):
        os.write(self.master, keys)

    def press_twice(self, key, *, once, twice):
        """Types a pair, the second at the answer to the first; a pair that was seen in time is answered by `twice`, too. What
        a busy machine stretches beyond two seconds is no pair, and is typed once more."""
        for _ in range(5):
            for _ in range(2):
                self.type(key)
                self.expect(once)
            if self.comes(twice, PAIR_BOUND):
                return
        raise AssertionError(f"{twice!r} did not come; the terminal shows {self.seen[-1500:]!r}")

    def press_until_end(self, key):
        """Types the key, again and again only where a busy machine took it for a first press; returns as finish()."""
        for _ in range(5):
            self.type(key)
            if self.comes_to_end(PAIR_BOUND):
                break
        return self.finish()

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def modes(self):
        return termios.tcgetattr(self.slave)

    def flags(self):
        """Of the description that the session's standard streams share."""
        return fcntl.fcntl(self.slave, fcntl.F_GETFL)

    def echoes(self):
        return bool(self.modes()[3] & termios.ECHO)

    def by_line(self):
        """Whether the terminal hands over lines; else single keys."""
        return bool(self.modes()[3] & termios.ICANON)

    def foreground_group(self):
        return os.tcgetpgrp(self.master)

    def _read(self, seconds):
        if select.select([self.master], [], [], seconds)[0]:
            self.seen += os.read(self.master, 1 << 16)
            return True
        return False

    def comes(self, pattern, seconds, *, anywhere=False):
        """The pattern's match, when it comes up within the seconds after what was expected before, or anywhere."""
        end = time.monotonic() + seconds
        while not (match := re.compile(pattern).search(self.seen, 0 if anywhere else self.read_to)):
            if not self._read(0.2) and time.monotonic() > end:
                return None
        self.read_to = max(self.read_to, match.end())
        return match

    def expect(self, pattern, *, anywhere=False):
        """Waits until the pattern comes up; returns the match."""
        match = self.comes(pattern, BOUND, anywhere=anywhere)
        if not match:
            raise AssertionError(f"{pattern!r} did not come; the terminal shows {self.seen[-1500:]!r}")
        return match

    def _ended(self):
        self._read(0)
        return self.process.poll() is not None

    def comes_to_end(self, seconds):
        end = time.monotonic() + seconds
        while not self._ended():
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    def finish(self):
        """Waits for the end; returns the status, negative for a signal."""
        wait_until(self._ended, "the session's end", lambda: f"the terminal shows {self.seen[-1500:]!r}")
        while self._read(0):
            pass
        return self.process.returncode


class TerminalCase(OverseeCase):
    def terminal(self, *argv, **options):
        return Terminal(self, *argv, **options)

    def command_of(self, front):
        """The pid of the command once it runs."""
        return wait_until(lambda: next(iter(children(guard_of(front) or 0)), None), "the command")

    def job(self, shell):
        """The pids of oversee and its command, started from the shell."""
        def front():
            return next((pid for pid in children(shell.pid) if command_line(pid)[:1] == [OVERSEE]), None)

        pid = wait_until(front, "oversee")
        return pid, self.command_of(pid)

    def assert_as_found(self, terminal):
        self.assertEqual(terminal.modes(), terminal.modes_before)
        self.assertEqual(terminal.flags(), terminal.flags_before)

    def assert_nobody_left(self):
        wait_until(lambda: not self.survivors(), "nothing left")


def is_stopped(pid):
    return process_state(pid) == "T"


def interactive_bash(case):
    """A shell with job control at a terminal, its prompt READY."""
    shell = Terminal(case, "bash", "--norc", "--noprofile", "--noediting", "-i", env={"PS1": "READY> ", "HISTFILE": ""})
    shell.expect(rb"READY> ")
    return shell


def lines_at(case, columns, command):
    """What a shell line prints on a terminal that is so wide."""
    terminal = Terminal(case, "sh", "-c", f"stty cols {columns}; {command}; echo end")
    terminal.expect(rb"\nend")
    terminal.finish()
    return terminal.seen.decode().split("\r\n")
