"""Common parts of the tests of --pty."""

import termios

from harness import OVERSEE, children, command_line, guard_of, wait_until
from terminal import TerminalCase

PTY = (OVERSEE, "--pty", "--summary", "never")


def is_raw(modes):
    """The terminal generates no signals, edits no lines and changes no output."""
    return not modes[3] & (termios.ICANON | termios.ISIG | termios.ECHO) and not modes[1] & termios.OPOST


class PtyCase(TerminalCase):
    def command_of(self, front):
        """The pid of the command, once it has been executed."""
        def command():
            guard = guard_of(front)
            return next((each for each in children(guard or 0) if command_line(each)[1:2] != ["@guard"]), None)

        return wait_until(command, "the command")

    def await_raw(self, terminal):
        wait_until(lambda: is_raw(terminal.modes()), "keys handed on as they are")
