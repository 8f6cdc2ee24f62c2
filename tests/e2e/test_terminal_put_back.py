"""A stop restores the terminal's modes and screen. Changes made by a program that ends by itself are kept."""

import os
import re
import shlex
import signal
import sys
import unittest

from harness import OVERSEE, OVERSEE_WITHOUT, children, command_line, wait_until
from terminal import TerminalCase

ENTERS = r"\033[?1049h\033[?25l\033[?2004h\033[?1000h\033[1m"
LEFT = re.escape(b"\x1b[?1000l\x1b[?2004l\x1b[0m\x1b[?1049l\x1b[?25h")
LEFT_UNKNOWN = re.escape(b"\x1b[?1049h\x1b[?1049l") + rb".*" + re.escape(b"\x1b[?25h")
GETPASS = (sys.executable, "-c", "import getpass; getpass.getpass('')")
RAW = (sys.executable, "-c", "import time, tty; tty.setraw(0); print('raw', flush=True); time.sleep(99)")


class PutBack(TerminalCase):
    def behind(self, *words, prefix="", oversee=OVERSEE, env=None):
        """A script that runs oversee, prints its status, and stays, so that its terminal can be inspected."""
        line = f"{prefix}{oversee} --summary never {shlex.join(map(str, words))}; echo status $?; read x"
        return self.terminal("sh", "-c", line, env=env)

    def assert_put_back(self, terminal, status):
        terminal.expect(rb"status %d\r\n" % status)
        self.assertEqual(terminal.modes(), terminal.modes_before)

    def front_of(self, terminal):
        def front():
            return next((pid for pid in children(terminal.pid) if command_line(pid)[:1] == [OVERSEE]), None)

        return wait_until(front, "oversee")


class Modes(PutBack):
    def test_a_password_prompt_that_is_stopped(self):
        for options in ((), ("--pty",), ("--no-log",), ("--show", "failure")):
            with self.subTest(options=options):
                terminal = self.behind(*options, "-t", "1s", "-k", "300ms", "-s", "STOP", *GETPASS)
                if "--pty" not in options:
                    wait_until(lambda: not terminal.echoes(), "the prompt")
                self.assert_put_back(terminal, 124)

    def test_single_keys_by_any_stop(self):
        for options, status in ((("-t", "1s", "-s", "KILL"), 124), (("-i", "1s", "-s", "KILL"), 124),
                                (("--max-cpu", "1s", "-s", "KILL", "--cgroup", "never"), 123)):
            command = RAW if status == 124 else (*RAW[:2], RAW[2].replace("time.sleep(99)", "\nwhile True: pass"))
            with self.subTest(options=options):
                terminal = self.behind(*options, *command)
                wait_until(lambda: not terminal.by_line(), "single keys")
                self.assert_put_back(terminal, status)

    def test_a_cancel_and_a_death_by_a_signal(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=number):
                terminal = self.behind("-k", "100ms", "-s", "KILL", *RAW)
                terminal.expect(rb"raw")
                os.kill(self.front_of(terminal), number)
                self.assert_put_back(terminal, 128 + number)
        terminal = self.behind("sh", "-c", "stty -echo; kill -SEGV $$")
        self.assert_put_back(terminal, 128 + signal.SIGSEGV)

    def test_what_a_program_leaves_by_itself_stays(self):
        for words, status in ((("stty", "-echo"), 0), (("sh", "-c", "stty -echo; exit 3"), 3),
                              (("-r", "1", "-d", "0", "sh", "-c", "stty -echo; exit 3"), 3)):
            with self.subTest(words=words):
                terminal = self.behind(*words)
                terminal.expect(rb"status %d\r\n" % status)
                self.assertFalse(terminal.echoes())

    def test_a_retry_begins_with_the_terminal_as_it_was(self):
        script = 'stty -a | grep -o "[-]*echo "; stty -echo; echo set; sleep 99'
        terminal = self.behind("-r", "1", "-d", "0", "-t", "1s", "-s", "KILL", "sh", "-c", script)
        for _ in range(2):
            terminal.expect(rb"(?<!-)echo \r\n")
            terminal.expect(rb"set\r\n")
        self.assert_put_back(terminal, 124)

    def test_the_foreground_is_ours_again(self):
        """A shell with job control had put its own job in the foreground."""
        terminal = self.behind("-t", "2s", "-s", "KILL", "bash", "--norc", "-i", "-c", "set -m; sleep 99; true")
        self.assert_put_back(terminal, 124)
        self.assertEqual(terminal.foreground_group(), os.getpgid(terminal.pid))
        terminal.type(b"\n")
        self.assertEqual(terminal.finish(), 0)

    def test_control_without_it_the_terminal_stays_without_echo(self):
        for without in ("", "terminal-is-put-back"):
            with self.subTest(without=without):
                terminal = self.behind("-t", "1s", "-s", "KILL", *GETPASS, oversee=OVERSEE_WITHOUT,
                                       env={"OVERSEE_TEST_WITHOUT": without})
                terminal.expect(rb"status 124\r\n")
                self.assertEqual(terminal.echoes(), not without)


class Screen(PutBack):
    def stays(self):
        return self.file("stays", f"printf '{ENTERS}drawn'; exec sleep 99\n")

    def test_a_full_screen_program_that_is_stopped(self):
        for options in ((), ("--pty",), ("--timestamps",), ("--only-final",), ("--show", "failure")):
            with self.subTest(options=options):
                terminal = self.behind(*options, "-t", "1s", "-s", "KILL", "sh", self.stays())
                terminal.expect(rb"drawn")
                terminal.expect(LEFT)
                self.assert_put_back(terminal, 124)
                self.assertEqual(len(re.findall(LEFT, terminal.seen)), 1)

    def test_where_the_output_is_not_seen(self):
        for options, env in ((("--no-log",), {"TERM": "xterm"}), (("--log", "log"), {})):
            with self.subTest(options=options):
                command = ("sh", self.stays()) if "TERM" in env else RAW
                terminal = self.behind(*options, "-t", "1s", "-s", "KILL", *command, env=env)
                terminal.expect(LEFT_UNKNOWN)
                self.assert_put_back(terminal, 124)
                self.assertEqual(len(re.findall(LEFT_UNKNOWN, terminal.seen)), 1)

    def test_nothing_is_written_without_need(self):
        for words, status, expected in (
            (("-t", "500ms", "-s", "KILL", "sh", "-c", "echo plain; exec sleep 99"), 124, b"plain\r\nstatus"),
            (("-t", "500ms", "-s", "KILL", "--no-log", "sh", "-c", "echo plain; exec sleep 99"), 124, b"plain\r\nstatus"),
            (("sh", "-c", r"printf '\033[?2004hplain\n'"), 0, b"plain\r\nstatus"),
            (("sh", "-c", r"printf '\033[?2004hplain\n'; exit 2"), 2, b"plain\r\nstatus"),
            (("--no-log", "printf", "plain\\n"), 0, b"plain\r\nstatus"),
        ):
            with self.subTest(words=words):
                terminal = self.behind(*words)
                terminal.expect(rb"status %d" % status)
                self.assertIn(expected, terminal.seen)

    def test_a_program_that_cleans_up_at_term_is_left_alone(self):
        script = self.file("cleans", f"trap 'printf \"\\033[?2004l\\033[?1049l\"; exit 0' TERM\nprintf '\\033[?1049h\\033[?2004h'\n"
                                     "while :; do sleep 0.1; done\n")
        terminal = self.behind("-t", "500ms", "sh", script)
        self.assert_put_back(terminal, 124)
        self.assertEqual(terminal.seen.count(b"\x1b[?1049l"), 1)


class Survivor(PutBack):
    """oversee itself is killed; its guard restores the terminal."""

    def test_modes_and_screen(self):
        for options in ((), ("--pty",)):
            with self.subTest(options=options):
                script = self.file("script", f"stty -echo raw; printf '{ENTERS}drawn'; exec sleep 99\n")
                terminal = self.behind(*options, "sh", script)
                terminal.expect(rb"drawn")
                wait_until(lambda: not terminal.by_line(), "single keys")
                os.kill(self.front_of(terminal), signal.SIGKILL)
                terminal.expect(LEFT)
                wait_until(lambda: terminal.modes() == terminal.modes_before, "the modes that were found")

    def test_a_program_that_had_ended_by_itself(self):
        terminal = self.terminal("sh", "-c", f"{OVERSEE} --summary never sh -c 'stty -echo; exit 3' | (read x; cat); "
                                             "echo status; read x")
        terminal.expect(rb"status\r\n")
        self.assertFalse(terminal.echoes())


if __name__ == "__main__":
    unittest.main()
