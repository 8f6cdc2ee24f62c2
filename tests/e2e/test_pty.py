"""--pty: the command has its own terminal, its output is captured, and the user's terminal is restored."""

import json
import os
import shutil
import signal
import subprocess
import sys
import unittest

from harness import OVERSEE, children, command_line, helper, parse_state, read_or_none, wait_until
from pty_case import PTY, PtyCase
from terminal import CTRL_BACKSLASH, CTRL_C


class Alone(PtyCase):
    """Without any terminal, as under cron: the tests' processes have their own session."""

    def test_the_command_has_a_terminal(self):
        ended = self.oversee("--pty", helper("show_state"), "state")
        self.assertEqual(ended.status, 0)
        state = parse_state((self.work / "state").read_bytes())
        self.assertEqual([state[f"isatty {fd}"] for fd in (0, 1, 2)], ["true"] * 3)
        self.assertEqual(len({state[f"fd {fd}"] for fd in (0, 1, 2)}), 1)
        self.assertEqual(state["group"], state["pid"])
        self.assertEqual(len([key for key in state if key.startswith("fd ")]), 4, "0 to 2 and the test's own")
        self.assertEqual(self.summary()["settings"]["pty"], "true")

    def test_control_without_it_there_is_none(self):
        self.oversee(helper("show_state"), "state")
        state = parse_state((self.work / "state").read_bytes())
        self.assertEqual([state[f"isatty {fd}"] for fd in (0, 1, 2)], ["false"] * 3)
        self.assertEqual(self.summary()["settings"]["pty"], "false")

    def test_it_is_the_controlling_terminal_and_the_command_in_its_foreground(self):
        ended = self.oversee("--pty", sys.executable, "-c",
                             "import os; t = os.open('/dev/tty', os.O_RDWR); print(os.tcgetpgrp(t) == os.getpgrp())")
        self.assertEqual(ended.out, b"True\r\n")

    def test_its_size_is_that_of_an_ordinary_one(self):
        self.assertEqual(self.oversee("--pty", "stty", "size").out, b"24 80\r\n")

    def test_colours(self):
        (self.work / "directory").mkdir()
        arguments = ("ls", "--color=auto", "-d", "directory")
        environment = {"TERM": "xterm", "LS_COLORS": "di=01;34"}
        self.assertIn(b"\x1b[01;34m", self.oversee("--pty", *arguments, env=environment).out)
        self.assertEqual(self.oversee(*arguments, env=environment).out, b"directory\n", "the control")

    def test_output_comes_line_by_line(self):
        program = "import sys; print('first'); sys.stdin.readline(); print('second')"
        run = self.start(OVERSEE, "--pty", sys.executable, "-c", program, stdin=subprocess.PIPE)
        run.expect(b"first\r\n")
        os.write(run.process.stdin.fileno(), b"\n")
        ended = run.finish()
        self.assertEqual((ended.status, ended.out), (0, b"first\r\nsecond\r\n"))

    def test_both_streams_are_one(self):
        ended = self.oversee("--pty", "--summary", "never", "sh", "-c", "echo one; echo two >&2; echo three")
        self.assertEqual((ended.out, ended.err), (b"one\r\ntwo\r\nthree\r\n", b""))
        self.assertEqual(self.log().count(b" out| "), 3)
        attempt = self.summary()["attempts"][0]
        self.assertEqual(attempt["stdout"]["bytes"], 17)
        self.assertEqual(attempt["stderr"], dict.fromkeys(("bytes", "lines", "captured", "omitted")))

    def test_much_output_is_complete(self):
        for _ in range(5):
            ended = self.oversee("--pty", "seq", 150_000)
            self.assertEqual(ended.status, 0)
            self.assertGreater(len(ended.out), 1_000_000)
            self.assertEqual(ended.out, b"".join(b"%d\r\n" % i for i in range(1, 150_001)))

    def test_input_from_a_pipe_and_its_end(self):
        for given, expected in ((b"a\nb\n", b"a\r\nb\r\n"), (b"", b""), (b"no newline", b"no newline"),
                                (b"a\n\x03\x1a\x11\x15\x7f\n", b"a\r\n\x03\x1a\x11\x15\x7f\r\n")):
            with self.subTest(given=given):
                run = self.start(*PTY, "cat", stdin=subprocess.PIPE)
                os.write(run.process.stdin.fileno(), given)
                run.process.stdin.close()
                ended = run.finish()
                self.assertEqual((ended.status, ended.out), (0, expected))

    def test_bytes_of_input_are_what_they_were(self):
        given = b"every \r byte \xff\x00 of it\n" * 20_000
        with open(self.file("input", given), "rb") as file:
            ended = self.oversee("--pty", "sh", "-c", "cat >copy", stdin=file)
        self.assertEqual(ended.status, 0)
        self.assertEqual((self.work / "copy").read_bytes(), given)

    def test_a_prompt_that_drops_what_was_typed_before_it_gets_the_input_and_its_end(self):
        """Like getpass(3), for which an end of file that was typed too early is lost."""
        program = ("import sys, termios, time; time.sleep(0.2); modes = termios.tcgetattr(0)\n"
                   "modes[3] &= ~termios.ECHO; termios.tcsetattr(0, termios.TCSAFLUSH, modes)\n"
                   "print('Password: ', end='', flush=True); print(repr(sys.stdin.readline()))\n")
        for given, expected in ((b"", b"Password: ''"), (b"secret\nmore\n", b"Password: 'secret\\n'")):
            with self.subTest(given=given):
                run = self.start(*PTY, sys.executable, "-c", program, stdin=subprocess.PIPE)
                os.write(run.process.stdin.fileno(), given)
                run.process.stdin.close()
                self.assertIn(expected, run.finish().out)

    def test_each_reader_is_given_the_end(self):
        ended = self.oversee("--pty", "sh", "-c", "cat; cat; read x; echo $?", stdin=subprocess.DEVNULL)
        self.assertEqual((ended.status, ended.out), (0, b"1\r\n"))

    def test_where_proc_does_not_tell_a_reader_is_served_as_well(self):
        """A program of another user, such as su and sudo, cannot be inspected; nor can any if /proc is foreign."""
        for options in (("--mount-proc",), ()):
            with self.subTest(options=options):
                line = f"{OVERSEE} --pty --summary never -- sh -c 'read x; echo got $x'"
                ended = self.run_plain("unshare", "--pid", "--fork", "--kill-child", *options, "sh", "-c", line,
                                       stdin=self.given(b"words\n"))
                self.assertEqual(ended.out, b"got words\r\n", ended.err)

    def given(self, text):
        return open(self.file("given", text), "rb")

    def test_the_callers_input_stays_blocking(self):
        reader, writer = os.pipe()
        run = self.start(OVERSEE, "--pty", "sh", "-c", "read x; echo got $x; read y", stdin=reader)
        os.write(writer, b"one\n")
        run.expect(b"got one\r\n")
        self.assertTrue(os.get_blocking(reader))
        os.close(writer)
        run.finish()
        os.close(reader)

    def test_a_command_that_does_not_read_is_not_waited_for(self):
        run = self.start(OVERSEE, "--pty", "-t", "300ms", "sleep", 99, stdin=open("/dev/zero", "rb"))
        self.assertEqual(run.finish().status, 124)

    def test_other_standard_input(self):
        self.file("input", "from a file\n")
        program = "test -t 0 || echo no terminal; test -t 1 && cat"
        ended = self.oversee("--pty", "--stdin", "input", "sh", "-c", program)
        self.assertEqual(ended.out, b"no terminal\r\nfrom a file\r\n")
        ended = self.oversee("--pty", "--stdin", "null", "sh", "-c", program)
        self.assertEqual(ended.out, b"no terminal\r\n")

    def test_how_it_ends(self):
        for words, status in ((["sh", "-c", "exit 3"], 3), (["-t", "200ms", "sleep", 99], 124),
                              (["sh", "-c", "kill -TERM $$"], -signal.SIGTERM), (["no-such-command"], 127)):
            with self.subTest(words=words):
                self.assertEqual(self.oversee("--pty", *words).status, status)

    def test_a_pattern_matches_what_is_seen_of_a_line(self):
        for text, pattern, attempts in (("refused\\n", "refused$", 2), ("10%%\\r\\033[32mdone\\033[0m\\033[K\\n", "^done$", 2),
                                        ("10%%\\rdone\\n", "10%", 1)):
            with self.subTest(text=text, pattern=pattern):
                self.oversee("--pty", "-r", "1", "-d", "0", "--json", "json", "--retry-on", f"output:{pattern}",
                             "sh", "-c", f"printf '{text}'; exit 1")
                self.assertEqual(len(json.loads((self.work / "json").read_bytes())["attempts"]), attempts)

    def test_a_cancel(self):
        run = self.start(OVERSEE, "--pty", helper("report_signals"), 15, 7)
        run.expect(b"ready\r\n")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assert_summary(status="cancelled", reason="signal", exit_code=7)

    def test_one_that_stays_behind_does_not_hold_it_up(self):
        run = self.start(OVERSEE, "--pty", helper("daemon"), 0)
        self.assertEqual(run.finish().status, 0)
        self.assert_nothing_left(run)
        self.assertEqual(len(self.summary()["attempts"][0]["leaked"]), 1)

    def test_a_command_that_closes_its_streams_comes_back_to_its_terminal(self):
        program = "exec </dev/null >/dev/null 2>&1; read x </dev/tty; echo $x >/dev/tty"
        run = self.start(OVERSEE, "--pty", "sh", "-c", program, stdin=subprocess.PIPE)
        self.command_of(run.pid)
        os.write(run.process.stdin.fileno(), b"back\n")
        ended = run.finish()
        self.assertEqual((ended.status, ended.out), (0, b"back\r\n"))

    def test_a_reader_that_leaves_ends_it(self):
        ended = self.run_plain("sh", "-c", f"{OVERSEE} --pty --summary never yes | head -n 1", env={"LC_ALL": "C"})
        self.assertEqual((ended.status, ended.out), (0, b"y\r\n"))
        self.assert_nobody_left()

    def test_it_and_no_log_exclude_each_other(self):
        ended = self.oversee("--pty", "--no-log", "true")
        self.assertEqual(ended.status, 125)
        self.assertRegex(ended.err, rb"--pty and --no-log exclude each other")
        self.assertEqual(self.files(), [])

    def test_front_killed(self):
        run = self.start(OVERSEE, "--pty", helper("daemon"), "stay", stdin=subprocess.PIPE)
        run.expect_match(rb"ready \d+\r\n")
        run.signal(signal.SIGKILL)
        run.finish()
        self.assert_nothing_left(run)


class Keys(PtyCase):
    def test_typed_words_are_echoed_once_and_reach_the_command(self):
        terminal = self.terminal(*PTY, "sh", "-c", "read x; echo got $x")
        self.await_raw(terminal)
        terminal.type(b"words\r")
        terminal.expect(rb"got words\r\n")
        self.assertEqual(terminal.finish(), 0)
        self.assertEqual(terminal.seen, b"words\r\ngot words\r\n")
        self.assert_as_found(terminal)

    def test_our_own_lines_start_in_the_first_column(self):
        for words in ([], ["-q"]):
            with self.subTest(words=words):
                words = (*words, "--slow-after", "200ms", "sh", "-c", "read x; exit 3")
                terminal = self.terminal(OVERSEE, "--pty", *words)
                self.await_raw(terminal)
                terminal.expect(rb"(?<![^\n])oversee: warning: slow: [^\n]*\r\n")
                terminal.type(b"\r")
                self.assertEqual(terminal.finish(), 3)
                self.assertNotRegex(terminal.seen, rb"[^\r]\n")
                self.assertNotIn(b"\r\r", terminal.seen)
                self.assert_as_found(terminal)

    def test_size(self):
        program = f"stty size; exec {helper('report_signals')}"
        terminal = self.terminal("sh", "-c", f"read go; exec {OVERSEE} --pty sh -c '{program}'")
        terminal.resize(41, 133)
        terminal.type(b"\n")
        terminal.expect(rb"41 133\r\n")
        terminal.expect(rb"ready\r\n")
        terminal.resize(50, 132)
        terminal.expect(rb"(?<!\d)28\r\n")
        os.kill(terminal.pid, signal.SIGRTMIN)
        terminal.finish()
        self.assertEqual(terminal.seen.count(b"28\r\n"), 1)

    def test_a_new_size_is_seen_by_the_command(self):
        program = ("import os, signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH]); print('ready')\n"
                   "signal.sigwait([signal.SIGWINCH]); print(*os.get_terminal_size())")
        terminal = self.terminal(*PTY, sys.executable, "-c", program)
        terminal.expect(rb"ready\r\n")
        terminal.resize(50, 132)
        terminal.expect(rb"132 50\r\n")
        self.assertEqual(terminal.finish(), 0)

    def test_a_key_kills_the_command_and_oversee_dies_of_the_same_signal(self):
        for key, number in ((CTRL_C, signal.SIGINT), (CTRL_BACKSLASH, signal.SIGQUIT)):
            with self.subTest(signal=number):
                terminal = self.terminal(OVERSEE, "--pty", "--json", "json", "sleep", 99)
                self.command_of(terminal.pid)
                self.await_raw(terminal)
                terminal.type(key)
                self.assertEqual(terminal.finish(), -number)
                self.assertIn(b"cancelled", terminal.seen)
                self.assert_nobody_left()
                self.assert_as_found(terminal)

    def test_a_command_that_exits_by_itself_at_a_key_keeps_its_code(self):
        terminal = self.terminal(*PTY, helper("report_signals"), 2, 7)
        terminal.expect(rb"ready\r\n")
        self.await_raw(terminal)
        terminal.type(CTRL_C)
        self.assertEqual(terminal.finish(), 7)
        self.assert_summary(status="failed", reason="exit", exit_code=7)

    def test_a_second_key_stops_the_command_and_a_third_kills_it(self):
        terminal = self.terminal(*PTY, "-k", "50s", helper("report_signals"))
        terminal.expect(rb"ready\r\n")
        self.await_raw(terminal)
        terminal.press_twice(CTRL_C, once=rb"(?<!\d)2\r\n", twice=rb"15\r\n")
        self.assertEqual(terminal.press_until_end(CTRL_C), -signal.SIGINT)
        self.assert_summary(status="cancelled", signal="KILL")
        self.assert_as_found(terminal)

    def in_foreground(self, shell, name):
        """Whether the shell's only child has this name and its group is in the foreground (proc(5), fields 5 and 8)."""
        for pid in children(shell):
            stat = (read_or_none(f"/proc/{pid}/stat") or b"").rpartition(b")")[2].split()
            return command_line(pid) == [name] and stat[2:3] == stat[5:6]

    def test_a_shell_inside_does_job_control_and_keeps_the_keys(self):
        terminal = self.terminal(*PTY, "bash", "--norc", "--noprofile", "--noediting", "-i", env={"PS1": "INNER> "})
        terminal.expect(rb"INNER> ")
        self.await_raw(terminal)
        shell = self.command_of(terminal.pid)
        for _ in range(3):
            terminal.type(b"cat\r")
            wait_until(lambda: self.in_foreground(shell, "cat"), "cat in the foreground")
            terminal.type(CTRL_C)
            terminal.expect(rb"INNER> ")
        terminal.type(b"exit 5\r")
        self.assertEqual(terminal.finish(), 5)
        self.assert_as_found(terminal)

    def test_output_in_a_pipe_leaves_the_keyboard_to_its_reader(self):
        terminal = self.terminal("sh", "-c", f"{OVERSEE} --pty --summary never sh -c 'echo begun; sleep 99' | cat")
        terminal.expect(rb"begun")
        self.assert_as_found(terminal)
        # The shell loses an INT that arrives just before it executes its last command, with or without oversee.
        terminal.press_until_end(CTRL_C)
        self.assert_nobody_left()
        self.assert_summary(status="cancelled")

    def test_a_key_at_a_terminal_that_is_left_alone_is_the_commands_as_well(self):
        line = f"{OVERSEE} --pty --stdin null --summary never {helper('report_signals')} 2 7"
        terminal = self.terminal("sh", "-c", f"{line}; echo status $?")
        terminal.expect(rb"ready")
        self.assert_as_found(terminal)
        terminal.type(CTRL_C)
        terminal.finish()
        self.assert_summary(status="failed", reason="exit", exit_code=7)

    def test_full_screen(self):
        for program, leave in (("less", b"q"), ("vim", b":q!\r")):
            if not shutil.which(program):
                self.skipTest(f"no {program}")
            with self.subTest(program=program):
                self.file("text", "the first line\n" * 100)
                terminal = self.terminal(*PTY, "--env", "TERM=xterm", program, "text")
                terminal.expect(rb"the first line")
                self.await_raw(terminal)
                terminal.type(leave)
                self.assertEqual(terminal.finish(), 0)
                self.assert_as_found(terminal)


if __name__ == "__main__":
    unittest.main()
