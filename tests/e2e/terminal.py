"""A pseudo-terminal with its own session: types, reads, and inspects its modes."""

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
PAIR_BOUND = 4  # seconds: two within which presses form a pair, and two for the answer


class Terminal:
    """Runs argv as the leader of a new session with this controlling terminal."""

    def __init__(self, case, *argv, env=None, cwd=None):
        self.master, self.slave = pty.openpty()
        case.addCleanup(self.close)
        self.seen = b""
        self.read_to = 0
        # At a key that raises a signal, the kernel would discard unread output, which the tests look for.
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
        """Ends the session's leader and hangs up, at the latest at the end of the test."""
        if self.slave is None:
            return
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.slave)
        self.slave = None
        self.hang_up()

    def hang_up(self):
        """Does what closing a terminal's window does."""
        if self.master is not None:
            os.close(self.master)
        self.master = None

    def type(self, keys):
        os.write(self.master, keys)

    def press_twice(self, key, *, once, twice):
        """Types a pair of keys, the second after the answer to the first; a pair that was recognized in time is answered
        by `twice`. If a busy machine takes more than two seconds, types the pair again."""
        for _ in range(5):
            for _ in range(2):
                self.type(key)
                self.expect(once)
            if self.comes(twice, PAIR_BOUND):
                return
        raise AssertionError(f"{twice!r} did not come; the terminal shows {self.seen[-1500:]!r}")

    def press_until_end(self, key):
        """Types the key, and again if a busy machine took it for a first press; returns like finish()."""
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
        """The flags of the description that the session's standard streams share."""
        return fcntl.fcntl(self.slave, fcntl.F_GETFL)

    def echoes(self):
        return bool(self.modes()[3] & termios.ECHO)

    def by_line(self):
        """Whether the terminal is in canonical mode, not in single-key mode."""
        return bool(self.modes()[3] & termios.ICANON)

    def foreground_group(self):
        return os.tcgetpgrp(self.master)

    def _read(self, seconds):
        if select.select([self.master], [], [], seconds)[0]:
            self.seen += os.read(self.master, 1 << 16)
            return True
        return False

    def comes(self, pattern, seconds, *, anywhere=False):
        """The match if the pattern appears within the seconds, after the previously expected text or anywhere."""
        end = time.monotonic() + seconds
        while not (match := re.compile(pattern).search(self.seen, 0 if anywhere else self.read_to)):
            if not self._read(0.2) and time.monotonic() > end:
                return None
        self.read_to = max(self.read_to, match.end())
        return match

    def expect(self, pattern, *, anywhere=False):
        """Waits until the pattern appears; returns the match."""
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
        """The pid of the command, once it runs."""
        return wait_until(lambda: next(iter(children(guard_of(front) or 0)), None), "the command")

    def job(self, shell):
        """The pids of oversee and of its command, started from the shell."""
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
    """A shell with job control on a terminal, with the prompt READY."""
    shell = Terminal(case, "bash", "--norc", "--noprofile", "--noediting", "-i", env={"PS1": "READY> ", "HISTFILE": ""})
    shell.expect(rb"READY> ")
    return shell


def lines_at(case, columns, command):
    """The output of a shell line on a terminal of that width."""
    terminal = Terminal(case, "sh", "-c", f"stty cols {columns}; {command}; echo end")
    terminal.expect(rb"\nend")
    terminal.finish()
    return terminal.seen.decode().split("\r\n")
