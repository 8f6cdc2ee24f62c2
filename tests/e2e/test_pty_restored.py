"""--pty: the user's terminal is restored at each end and whenever the job is stopped."""

import os
import signal
import termios
import unittest

from harness import OVERSEE, OVERSEE_WITHOUT, children, command_line, guard_of, helper, is_gone, wait_until
from pty_case import PTY, PtyCase
from terminal import CTRL_C, CTRL_Z, interactive_bash, is_stopped


class Restored(PtyCase):
    """Each test also checks that the modes were different while the command ran."""

    def test_at_an_end(self):
        for words, status in ((["sh", "-c", "read x"], 0), (["sh", "-c", "read x; exit 3"], 3),
                              (["sh", "-c", "read x; kill -9 $$"], -signal.SIGKILL)):
            with self.subTest(words=words):
                terminal = self.terminal(*PTY, *words)
                self.await_raw(terminal)
                terminal.type(b"\r")
                self.assertEqual(terminal.finish(), status)
                self.assert_as_found(terminal)

    def test_at_a_timeout(self):
        terminal = self.terminal(*PTY, "-t", "400ms", "sleep", 99)
        self.await_raw(terminal)
        self.assertEqual(terminal.finish(), 124)
        self.assert_as_found(terminal)

    def test_at_a_cancel(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            with self.subTest(number=number):
                terminal = self.terminal(*PTY, "sleep", 99)
                self.await_raw(terminal)
                os.kill(terminal.pid, number)
                self.assertEqual(terminal.finish(), -number)
                self.assert_as_found(terminal)

    def test_at_a_hang_up(self):
        terminal = self.terminal(*PTY, helper("daemon"), "stay")
        terminal.expect(rb"ready \d+\r\n")
        self.await_raw(terminal)
        terminal.hang_up()
        self.assertEqual(terminal.process.wait(20), -signal.SIGHUP)
        self.assert_nobody_left()

    def test_where_the_guard_is_killed(self):
        terminal = self.terminal(*PTY, "sleep", 99)
        self.await_raw(terminal)
        os.kill(guard_of(terminal.pid), signal.SIGKILL)
        self.assertEqual(terminal.finish(), 125)
        self.assert_as_found(terminal)

    def test_where_the_front_is_killed(self):
        for number in (signal.SIGKILL, signal.SIGSEGV):
            with self.subTest(number=number):
                # A shell keeps the session, and therefore the terminal.
                terminal = self.terminal("sh", "-c", f"ulimit -c 0; {' '.join(PTY)} sleep 99; read x")
                front = wait_until(lambda: next((each for each in children(terminal.pid)
                                                 if command_line(each)[:1] == [OVERSEE]), None), "oversee")
                self.await_raw(terminal)
                os.kill(front, number)
                wait_until(lambda: terminal.modes() == terminal.modes_before, "the modes put back")
                terminal.type(b"\n")
                terminal.finish()
                self.assert_nobody_left()

    def test_what_the_shell_has_set_since_is_left_to_it(self):
        """Otherwise the front would continue the guard."""
        without = ["env", "OVERSEE_TEST_WITHOUT=guard-is-continued", OVERSEE_WITHOUT, *PTY[1:]]
        terminal = self.terminal("sh", "-c", f"{' '.join(without)} sleep 99; read x")
        front = wait_until(lambda: next((each for each in children(terminal.pid)
                                         if command_line(each)[:1] == [OVERSEE_WITHOUT]), None), "oversee")
        self.await_raw(terminal)
        guard = guard_of(front)
        os.kill(guard, signal.SIGSTOP)
        wait_until(lambda: is_stopped(guard), "the guard held up")
        os.kill(front, signal.SIGKILL)
        wait_until(lambda: is_gone(front), "the front's end")
        modes = terminal.modes()
        modes[3] |= termios.ISIG | termios.ICANON  # neither oversee's modes nor the previous ones
        termios.tcsetattr(terminal.slave, termios.TCSANOW, modes)
        modes = terminal.modes()
        os.kill(guard, signal.SIGCONT)
        wait_until(lambda: is_gone(guard), "the guard's end")
        self.assertEqual(terminal.modes(), modes)
        terminal.type(b"\n")
        terminal.finish()


class JobControl(PtyCase):
    def test_stop_and_foreground_again_and_again(self):
        shell = interactive_bash(self)
        found = shell.modes()
        shell.type(f"{' '.join(PTY)} sleep 60\n".encode())
        front, command = self.job(shell)
        for stop in (lambda: shell.type(CTRL_Z), lambda: os.kill(front, signal.SIGTSTP)) * 2:
            self.await_raw(shell)
            stop()
            shell.expect(rb"Stopped")
            shell.expect(rb"READY> ")
            self.assertTrue(is_stopped(front) and is_stopped(command))
            self.assertEqual(shell.modes(), found)
            shell.type(b"fg\n")
            wait_until(lambda: not is_stopped(front) and not is_stopped(command), "both going on")
        self.await_raw(shell)
        shell.type(CTRL_C)
        shell.expect(rb"READY> ")
        shell.type(b"echo status $?\n")
        shell.expect(rb"status 130\r\n")
        self.assertEqual(shell.modes(), found)
        self.assert_nobody_left_but(shell)

    def assert_nobody_left_but(self, shell):
        wait_until(lambda: self.survivors() == [shell.pid], "nothing left but the shell")

    def test_in_the_background_the_terminal_is_left_alone_until_it_comes_to_the_front(self):
        shell = interactive_bash(self)
        found = shell.modes()
        shell.type(f"{' '.join(PTY)} sh -c 'echo be''gun; read x; echo got $x; exit 4' &\n".encode())
        shell.expect(rb"begun\r")
        shell.type(b"echo here\n")
        shell.expect(rb"here\r\n")
        self.assertEqual(shell.modes(), found)
        shell.type(b"fg\n")
        self.await_raw(shell)
        shell.type(b"words\r")
        shell.expect(rb"got words\r\n")
        shell.expect(rb"READY> ")
        shell.type(b"echo status $?\n")
        shell.expect(rb"status 4\r\n")
        self.assertEqual(shell.modes(), found)

    def test_where_nobody_could_continue_it_both_go_on(self):
        """oversee leads the session: its group is orphaned, and the kernel drops TSTP."""
        terminal = self.terminal(*PTY, "sh", "-c", "read x; echo got $x")
        self.await_raw(terminal)
        terminal.type(CTRL_Z)
        terminal.expect(rb"\^Z")
        terminal.type(b"words\r")
        terminal.expect(rb"got words\r\n")
        self.assertEqual(terminal.finish(), 0)

    def test_the_deadline_stands_still_while_stopped(self):
        shell = interactive_bash(self)
        shell.type(f"{OVERSEE} --pty -t 2s {helper('report_signals')} 15 0\n".encode())
        shell.expect(rb"ready\r\n")
        self.await_raw(shell)
        shell.type(CTRL_Z)
        shell.expect(rb"Stopped")
        shell.type(b"sleep 2.5; echo slept\n")
        shell.expect(rb"slept\r\n")
        shell.type(b"fg\n")
        shell.expect(rb"15\r\n")
        shell.expect(rb"timed out")
        self.assertGreaterEqual(self.summary()["attempts"][0]["duration_ms"], 4000)


if __name__ == "__main__":
    unittest.main()
