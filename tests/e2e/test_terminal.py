"""On a terminal, keys, job control, passwords and sizes work as without oversee, and the terminal is restored."""

import os
import shutil
import signal
import unittest

from harness import (OVERSEE, children, command_line, helper, is_gone, parse_state, process_state, read_or_none,
                     wait_until)
from terminal import CTRL_BACKSLASH, CTRL_C, TerminalCase, is_stopped


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
    """The output goes to a pager, which reads the keys."""

    def page(self, command, *keys):
        """Pipes the command's output to less and types keys; returns the exit statuses of both."""
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
                log = self.work / f"log-{number}"
                terminal = self.terminal(OVERSEE, "--log", log, "sleep", 99)
                wait_until(lambda log=log: b"\n# attempt " in (read_or_none(log) or b""), "the start told")
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
            # Before bash waits, the key would kill it.
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


if __name__ == "__main__":
    unittest.main()
