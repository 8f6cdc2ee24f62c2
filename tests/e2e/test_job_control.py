"""Job control on a terminal: oversee and its command are stopped and continued as one job, by key and by signal."""

import os
import re
import shutil
import signal
import unittest

from harness import OVERSEE, command_line, helper, process_state, read_or_none, wait_until
from terminal import CTRL_C, CTRL_Z, TerminalCase, interactive_bash, is_stopped


def blocks(pid, number):
    mask = re.search(rb"^SigBlk:\t([0-9a-f]+)$", read_or_none(f"/proc/{pid}/status") or b"", re.MULTILINE)
    return bool(mask) and bool(int(mask[1], 16) >> (number - 1) & 1)


class JobControl(TerminalCase):
    ROUNDS = 20

    def running_job(self, shell):
        front, command = self.job(shell)

        def is_itself():
            words = command_line(command)  # empty for a moment during exec
            return words and words[1:2] != ["@guard"]

        wait_until(is_itself, "the command itself")
        return front, command

    def test_stop_and_foreground_again_and_again(self):
        shell = interactive_bash(self)
        shell.type(f"{OVERSEE} sleep 60\n".encode())
        front, command = self.running_job(shell)
        for _ in range(self.ROUNDS):
            wait_until(lambda: shell.foreground_group() == os.getpgid(front), "oversee in the foreground")
            shell.type(CTRL_Z)
            shell.expect(rb"Stopped")
            shell.expect(rb"READY> ")
            # The shell waits only for oversee, which a key just after fg may stop a moment before the command.
            wait_until(lambda: is_stopped(front) and is_stopped(command), "both stopped")
            shell.type(b"fg\n")
            wait_until(lambda: not is_stopped(front) and not is_stopped(command), "both going on")
        shell.type(CTRL_C)
        shell.expect(rb"cancelled")
        self.expect_status(shell, 130)
        shell.type(b"exit 0\n")
        self.assertEqual(shell.finish(), 0)
        self.assert_nobody_left()

    def expect_status(self, shell, status):
        """Waits for the status of the shell's foreground job."""
        shell.expect(rb"READY> ")
        shell.type(b"echo status $?\n")
        shell.expect(rb"status %d\r\n" % status)

    def stop_by_key(self, shell):
        """Types Ctrl-Z until it has an effect: less and vi lose one while they set the terminal's modes, even alone."""
        for _ in range(5):
            shell.type(CTRL_Z)
            if shell.comes(rb"Stopped", 4):
                return
        self.fail(f"Ctrl-Z was never seen; the terminal shows {shell.seen[-500:]!r}")

    def stop_and_go_on(self, shell, program, *keys):
        """Ctrl-Z and fg three times with a program in single-key mode; then the keys that end it."""
        front, command = self.running_job(shell)
        self.assertEqual(os.path.basename(command_line(command)[0]), program)

        def describe():
            shell.comes(b"$^", 0)
            return f"{process_state(front)=} {process_state(command)=}, the terminal shows {shell.seen[-1500:]!r}"

        def reaches(condition, what):
            wait_until(condition, what, describe)

        for _ in range(3):
            reaches(lambda: shell.foreground_group() == os.getpgid(front), "oversee in the foreground")
            reaches(lambda: not shell.by_line() and not shell.echoes(), f"the terminal in the hands of {program}")
            # Just after CONT a key stops oversee, as it stops any program, even if the command then loses the key.
            reaches(lambda: blocks(front, signal.SIGTSTP), "oversee at its events")
            self.stop_by_key(shell)
            shell.expect(rb"READY> ")
            # As above.
            reaches(lambda: is_stopped(front) and is_stopped(command), "both stopped")
            reaches(lambda: shell.by_line() and shell.echoes(), "the shell has its terminal back")
            shell.type(b"fg\n")
            reaches(lambda: not is_stopped(front) and not is_stopped(command), "both going on")
        reaches(lambda: shell.foreground_group() == os.getpgid(front), "oversee in the foreground")
        reaches(lambda: not shell.by_line(), f"the terminal in the hands of {program}")
        for each in keys:
            shell.type(each)
        self.expect_status(shell, 0)
        self.assert_nobody_left_but(shell)

    def assert_nobody_left_but(self, shell):
        wait_until(lambda: self.survivors() == [shell.pid], "nothing left but the shell")

    @unittest.skipUnless(shutil.which("less"), "no less")
    def test_less_stops_and_goes_on(self):
        self.file("text", "a line\n" * 200)
        shell = interactive_bash(self)
        shell.type(f"TERM=xterm {OVERSEE} --no-log --summary never less text\n".encode())
        self.stop_and_go_on(shell, "less", b"q")

    @unittest.skipUnless(shutil.which("vi"), "no vi")
    def test_vi_stops_and_goes_on(self):
        self.file("text", "a line\n" * 200)
        shell = interactive_bash(self)
        shell.type(f"TERM=xterm {OVERSEE} --no-log --summary never vi text\n".encode())
        self.stop_and_go_on(shell, "vi", b":q!\r")

    def test_a_stop_of_the_whole_group_by_the_command_is_not_sent_to_it_again(self):
        # oversee forwards signals in order, so that a second TSTP would be seen before URG.
        script = self.file("script", """trap 'echo stop' TSTP; trap 'echo end; exit 3' URG
            kill -TSTP 0; read -r _ _ _ front _ < /proc/$PPID/stat; kill -URG "$front"; sleep 60 & wait; wait""")
        shell = interactive_bash(self)
        shell.type(f"{OVERSEE} --summary never sh {script}\n".encode())
        shell.expect(rb"end\r\n")
        self.expect_status(shell, 3)
        self.assertEqual(shell.seen.count(b"stop\r\n"), 1)

    def test_a_stop_while_the_command_starts(self):
        for _ in range(10):
            shell = interactive_bash(self)
            shell.type(f"{OVERSEE} sleep 60\n".encode())
            front, command = self.job(shell)
            shell.type(CTRL_Z)
            shell.expect(rb"Stopped")
            shell.expect(rb"READY> ")
            shell.type(b"fg\n")
            wait_until(lambda: command_line(command) == ["sleep", "60"], "the command itself")
            wait_until(lambda: not is_stopped(front) and not is_stopped(command), "both going on")
            shell.type(CTRL_C)
            self.expect_status(shell, 130)
            shell.close()

    def test_a_command_that_stops_itself_stops_oversee(self):
        shell = interactive_bash(self)
        shell.type(f"{OVERSEE} sh -c 'kill -STOP $$; echo went on; exit 5'\n".encode())
        shell.expect(rb"Stopped")
        shell.expect(rb"READY> ")
        shell.type(b"fg\n")
        shell.expect(rb"went on\r\n")
        self.expect_status(shell, 5)

    def test_the_deadline_stands_still_while_stopped(self):
        shell = interactive_bash(self)
        shell.type(f"{OVERSEE} -t 2s {helper('report_signals')} 15 0\n".encode())
        front, command = self.running_job(shell)
        shell.expect(rb"ready\r\n")
        shell.type(CTRL_Z)
        shell.expect(rb"Stopped")
        # The shell waits for longer than the limit; nothing depends on the exact time.
        shell.type(b"sleep 2.5; echo slept\n")
        shell.expect(rb"slept\r\n")
        self.assertTrue(is_stopped(front) and is_stopped(command))
        shell.type(b"fg\n")
        shell.expect(rb"15\r\n")
        shell.expect(rb"timed out")
        self.assertGreaterEqual(self.summary()["attempts"][0]["duration_ms"], 4000)

    def test_in_the_background(self):
        shell = interactive_bash(self)
        shell.type(f"{OVERSEE} --summary never sh -c 'exit 4' & wait $!; echo status $?\n".encode())
        shell.expect(rb"status 4\r\n")


if __name__ == "__main__":
    unittest.main()
