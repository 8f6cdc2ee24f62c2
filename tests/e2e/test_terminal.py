"""At a terminal: keys, job control, passwords and sizes work as without oversee, and the terminal is left as it was."""

import os
import re
import shutil
import signal
import unittest

from harness import (OVERSEE, OverseeCase, children, command_line, guard_of, helper, is_gone, parse_state,
                     process_state, read_or_none, wait_until)
from terminal import CTRL_BACKSLASH, CTRL_C, CTRL_Z, Terminal, interactive_bash, is_stopped


class TerminalCase(OverseeCase):
    def terminal(self, *argv, **options):
        return Terminal(self, *argv, **options)

    def command_of(self, front):
        """The pid of the command once it runs."""
        return wait_until(lambda: next(iter(children(guard_of(front) or 0)), None), "the command")

    def assert_as_found(self, terminal):
        self.assertEqual(terminal.modes(), terminal.modes_before)
        self.assertEqual(terminal.flags(), terminal.flags_before)

    def assert_nobody_left(self):
        wait_until(lambda: not self.survivors(), "nothing left")


class Shared(TerminalCase):
    def test_the_command_shares_group_and_terminal(self):
        terminal = self.terminal(OVERSEE, "--summary", "never", helper("show_state"), "state")
        self.assertEqual(terminal.finish(), 0)
        state = parse_state((self.work / "state").read_bytes())
        self.assertEqual((state["group"], state["session"]), (str(terminal.pid), str(terminal.pid)))
        self.assertEqual(state["isatty 0"], "true")
        self.assertEqual(state["fd 0"], os.ttyname(terminal.slave))

    def test_typed_words_reach_the_command(self):
        terminal = self.terminal(OVERSEE, "sh", "-c", "read x; echo got $x")
        self.command_of(terminal.pid)
        terminal.type(b"words\n")
        terminal.expect(rb"got words\r\n")
        self.assertEqual(terminal.finish(), 0)
        self.assert_as_found(terminal)

    def test_no_log_leaves_all_three_streams_at_the_terminal(self):
        terminal = self.terminal(OVERSEE, "--no-log", "--summary", "never", helper("show_state"), "state")
        self.assertEqual(terminal.finish(), 0)
        state = parse_state((self.work / "state").read_bytes())
        self.assertEqual([state[f"isatty {fd}"] for fd in (0, 1, 2)], ["true"] * 3)

    def test_the_terminal_is_left_as_it_was_at_every_end(self):
        for words, status in ((["true"], 0), (["sh", "-c", "exit 3"], 3), (["-t", "200ms", "sleep", "99"], 124),
                              ([helper("exit_with"), "signal", "15"], -15), (["no-such-command"], 127)):
            with self.subTest(words=words):
                terminal = self.terminal(OVERSEE, *words)
                self.assertEqual(terminal.finish(), status)
                self.assert_as_found(terminal)

    def test_flags_of_the_terminal_stay_while_it_runs(self):
        terminal = self.terminal(OVERSEE, helper("report_signals"))
        terminal.expect(rb"ready\r\n")
        self.assert_as_found(terminal)
        os.kill(terminal.pid, signal.SIGRTMIN)
        terminal.expect(rb"end\r\n")
        self.assertEqual(terminal.finish(), 0)

    def test_a_change_of_size_is_seen_once(self):
        for words in ([OVERSEE], [OVERSEE, OVERSEE]):
            with self.subTest(depth=len(words)):
                terminal = self.terminal(*words, helper("report_signals"))
                terminal.expect(rb"ready\r\n")
                terminal.resize(50, 132)
                terminal.expect(rb"28\r\n")
                os.kill(terminal.pid, signal.SIGRTMIN)
                self.assertEqual(terminal.finish(), 0)
                self.assertRegex(terminal.seen, rb"ready\r\n28\r\nend\r\n")

    def test_a_script_reads_a_password(self):
        for prefix in ("", OVERSEE + " --summary never "):
            with self.subTest(prefix=prefix):
                inner = self.file("ask", "printf 'password: '; read -s x </dev/tty; echo; echo \"length ${#x}\"\n")
                script = self.file("script", f"{prefix}bash {inner}; echo status $?\n")
                terminal = self.terminal("bash", script)
                terminal.expect(rb"password: ")
                wait_until(lambda: not terminal.echoes(), "no echo")
                terminal.type(b"secret\n")
                terminal.expect(rb"length 6\r\nstatus 0\r\n")
                self.assertEqual(terminal.finish(), 0)
                self.assertNotIn(b"secret", terminal.seen)
                self.assert_as_found(terminal)

    def test_control_under_timeout_the_password_cannot_be_read(self):
        inner = self.file("ask", "read -s x </dev/tty; echo \"length ${#x}\"\n")
        terminal = self.terminal("bash", self.file("script", f"timeout 50 bash {inner}; echo status $?\n"))
        stopped = wait_until(lambda: next((pid for pid in self.survivors() if is_stopped(pid)), None), "a stop by TTIN")
        self.assertEqual(command_line(stopped), ["bash", str(inner)])
        terminal.type(CTRL_C)


class Piped(TerminalCase):
    """What is shown goes to a pager, which has the keys."""

    def page(self, command, *keys):
        """Runs the command's output through less, types; returns the exit statuses of both."""
        line = f"{command} | TERM=xterm less; echo statuses ${{PIPESTATUS[@]}}"
        terminal = self.terminal("bash", "-c", line)
        terminal.expect(rb"1\r\n2\r\n")
        wait_until(lambda: not terminal.by_line(), "less at the keys")
        for key, seen in keys:
            terminal.type(key)
            terminal.expect(seen)
        self.assertEqual(terminal.finish(), 0)
        self.assert_as_found(terminal)
        self.assert_nobody_left()
        return [int(each) for each in terminal.expect(rb"statuses (\d+) (\d+)\r\n", anywhere=True).groups()]

    @unittest.skipUnless(shutil.which("less"), "no less")
    def test_a_pager_shows_it_from_its_start_to_its_end(self):
        for prefix in ("", f"{OVERSEE} --summary never "):
            with self.subTest(prefix=prefix):
                self.assertEqual(self.page(f"{prefix}seq 5000", (b"G", rb"\r?\n5000"), (b"q", rb"statuses")), [0, 0])

    @unittest.skipUnless(shutil.which("less"), "no less")
    def test_a_pager_that_is_left_early_ends_the_command(self):
        for prefix in ("", f"{OVERSEE} --summary never "):
            with self.subTest(prefix=prefix):
                self.assertEqual(self.page(f"{prefix}seq 100000000", (b"q", rb"statuses")), [141, 0])


class Interrupted(TerminalCase):
    def test_a_key_kills_the_command_and_oversee_dies_of_the_same_signal(self):
        for key, number in ((CTRL_C, signal.SIGINT), (CTRL_BACKSLASH, signal.SIGQUIT)):
            with self.subTest(signal=number):
                terminal = self.terminal(OVERSEE, "--log", "log", "sleep", 99)
                wait_until(lambda: b"\n# attempt " in (read_or_none(self.work / "log") or b""), "the start told")
                (self.work / "log").unlink()
                terminal.type(key)
                self.assertEqual(terminal.finish(), -number)
                self.assertIn(b"cancelled", terminal.seen)
                self.assert_nobody_left()
                self.assert_as_found(terminal)

    def test_a_key_that_oversee_sees_late_is_a_cancel(self):
        for _ in range(10):
            terminal = self.terminal(OVERSEE, "sleep", 99)
            command = self.command_of(terminal.pid)
            os.kill(terminal.pid, signal.SIGSTOP)
            wait_until(lambda: is_stopped(terminal.pid), "oversee held up")
            terminal.type(CTRL_C)
            wait_until(lambda: is_gone(command), "the command's end")
            os.kill(terminal.pid, signal.SIGCONT)
            self.assertEqual(terminal.finish(), -signal.SIGINT)
            self.assertIn(b"cancelled", terminal.seen)

    def test_the_command_gets_one_signal_for_one_key(self):
        for words in ([OVERSEE], [OVERSEE, OVERSEE]):
            with self.subTest(depth=len(words)):
                terminal = self.terminal(*words, helper("report_signals"))
                terminal.expect(rb"ready\r\n")
                terminal.type(CTRL_C)
                terminal.expect(rb"(?<!\d)2\r\n")
                os.kill(terminal.pid, signal.SIGRTMIN)
                self.assertEqual(terminal.finish(), 0, "it had its reasons to go on")
                self.assertRegex(terminal.seen, rb"ready\r\n\^C2\r\nend\r\n")

    def test_a_command_that_exits_by_itself_at_a_key_keeps_its_code(self):
        terminal = self.terminal(OVERSEE, helper("report_signals"), 2, 7)
        terminal.expect(rb"ready\r\n")
        terminal.type(CTRL_C)
        self.assertEqual(terminal.finish(), 7)
        self.assert_summary(status="failed", reason="exit", exit_code=7)

    def test_a_second_key_stops_the_command_and_a_third_kills_it(self):
        terminal = self.terminal(OVERSEE, "-k", "50s", helper("report_signals"))
        terminal.expect(rb"ready\r\n")
        terminal.press_twice(CTRL_C, once=rb"(?<!\d)2\r\n", twice=rb"15\r\n")
        self.assertEqual(terminal.press_until_end(CTRL_C), -signal.SIGINT)
        summary = self.assert_summary(status="cancelled", reason="signal", signal="KILL")
        self.assertTrue(summary["attempts"][0]["forced"])

    def test_keys_of_a_command_that_takes_single_ones_escalate_nothing(self):
        terminal = self.terminal(OVERSEE, "sh", "-c", f"stty -icanon; exec {helper('report_signals')}")
        terminal.expect(rb"ready\r\n")
        for _ in range(3):
            terminal.type(CTRL_C)
            terminal.expect(rb"(?<!\d)2\r\n")
        os.kill(terminal.pid, signal.SIGRTMIN)
        self.assertEqual(terminal.finish(), 0)
        self.assertRegex(terminal.seen, rb"ready\r\n(\^C2\r\n){3}end\r\n")

    def loop(self, *command):
        return self.file("script", f"for i in 1 2 3; do echo round $i; {' '.join(command)}; done\necho after\n")

    def test_a_scripts_loop_stops(self):
        terminal = self.terminal("bash", self.loop(OVERSEE, "sleep 99"))
        terminal.expect(rb"round 1\r\n")
        front = wait_until(lambda: next(iter(children(terminal.pid)), None), "oversee")
        self.command_of(front)
        terminal.type(CTRL_C)
        self.assertEqual(terminal.finish(), -signal.SIGINT)
        self.assertNotIn(b"round 2", terminal.seen)
        self.assert_nobody_left()

    def test_control_the_loop_goes_on_where_the_wrapper_exits_130(self):
        terminal = self.terminal("bash", self.loop(helper("report_signals"), "2 130"))
        for number in (1, 2, 3):
            terminal.expect(rb"round %d\r\nready\r\n" % number)
            # Before it waits, bash would die of the key at once.
            wait_until(lambda: process_state(terminal.pid) == "S", "bash waits")
            terminal.type(CTRL_C)
        terminal.expect(rb"after\r\n")
        self.assertEqual(terminal.finish(), 0)

    def test_make_stops_and_leaves_nothing(self):
        self.file("Makefile", f"all: a b c\na b c:\n\t@{OVERSEE} --summary never {helper('daemon')} stay\n")
        terminal = self.terminal("make", "-j3")
        for _ in range(3):
            terminal.expect(rb"ready \d+\r\n")
        terminal.type(CTRL_C)
        self.assertNotEqual(terminal.finish(), 0)
        self.assert_nobody_left()

    def test_control_plain_make_stops_and_leaves_its_daemons(self):
        self.file("Makefile", f"all: a b c\na b c:\n\t@{helper('daemon')} stay\n")
        terminal = self.terminal("make", "-j3")
        daemons = [int(terminal.expect(rb"ready (\d+)\r\n")[1]) for _ in range(3)]
        terminal.type(CTRL_C)
        self.assertNotEqual(terminal.finish(), 0)
        self.assertEqual([each for each in daemons if is_gone(each)], [])

    def test_a_daemon_goes_with_the_interrupted_command(self):
        terminal = self.terminal(OVERSEE, helper("daemon"), "stay")
        daemon = int(terminal.expect(rb"ready (\d+)\r\n")[1])
        terminal.type(CTRL_C)
        self.assertEqual(terminal.finish(), -signal.SIGINT)
        self.assertTrue(is_gone(daemon))

    def test_a_hang_up_that_a_program_sends_ends_the_run(self):
        terminal = self.terminal(OVERSEE, helper("daemon"), "stay")
        daemon = int(terminal.expect(rb"ready (\d+)\r\n")[1])
        front = terminal.pid
        os.kill(front, signal.SIGHUP)
        self.assertEqual(terminal.finish(), -signal.SIGHUP)
        self.assertTrue(is_gone(daemon))

    def test_a_terminal_that_is_gone_ends_the_run(self):
        terminal = self.terminal(OVERSEE, helper("daemon"), "stay")
        daemon = int(terminal.expect(rb"ready (\d+)\r\n")[1])
        terminal.hang_up()
        wait_until(lambda: terminal.process.poll() is not None, "oversee's end")
        self.assertEqual(terminal.process.returncode, -signal.SIGHUP)
        self.assertTrue(is_gone(daemon))
        self.assert_summary(status="cancelled", reason="signal")


def blocks(pid, number):
    mask = re.search(rb"^SigBlk:\t([0-9a-f]+)$", read_or_none(f"/proc/{pid}/status") or b"", re.MULTILINE)
    return bool(mask) and bool(int(mask[1], 16) >> (number - 1) & 1)


class JobControl(TerminalCase):
    ROUNDS = 20

    def job(self, shell):
        """The pids of oversee and its command, started from the shell."""
        def front():
            return next((pid for pid in children(shell.pid) if command_line(pid)[:1] == [OVERSEE]), None)

        pid = wait_until(front, "oversee")
        return pid, self.command_of(pid)

    def running_job(self, shell):
        front, command = self.job(shell)

        def is_itself():
            words = command_line(command)  # none for a moment, in the midst of exec
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
            # The shell waits for oversee alone, which a key just after fg may stop a moment before the command.
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
        """Of the job that the shell had in its foreground."""
        shell.expect(rb"READY> ")
        shell.type(b"echo status $?\n")
        shell.expect(rb"status %d\r\n" % status)

    def stop_by_key(self, shell):
        """Types Ctrl-Z until it is seen: less and vi lose one that comes while they take the terminal, oversee or not."""
        for _ in range(5):
            shell.type(CTRL_Z)
            if shell.comes(rb"Stopped", 4):
                return
        self.fail(f"Ctrl-Z was never seen; the terminal shows {shell.seen[-500:]!r}")

    def stop_and_go_on(self, shell, program, *keys):
        """Ctrl-Z and fg with a program that takes single keys, three times; then the keys that end it."""
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
            # Just after CONT a key stops oversee, as it stops any program, also where the command then loses the key.
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
        # What oversee sends on arrives in order, so that a second TSTP would be seen before URG.
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
        # A wait of the shell's, longer than the limit: nothing in it depends on how long it takes.
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
