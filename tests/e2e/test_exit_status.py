"""The exit status of oversee for every way in which a command can end or be stopped (docs/design.md, section 3)."""

import signal
import unittest

from harness import OVERSEE, OverseeCase, helper

FATAL = [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGILL, signal.SIGABRT, signal.SIGFPE, signal.SIGKILL,
         signal.SIGUSR1, signal.SIGSEGV, signal.SIGPIPE, signal.SIGALRM, signal.SIGTERM, signal.SIGXCPU,
         signal.SIGXFSZ, signal.SIGRTMIN, signal.SIGRTMAX]


class EndsByItself(OverseeCase):
    def test_every_exit_code_is_passed_on(self):
        for first in range(0, 256, 16):
            runs = [(code, self.start(OVERSEE, "--summary", "never", helper("exit_with"), "code", code))
                    for code in range(first, first + 16)]
            for code, run in runs:
                ended = run.finish()
                self.assertEqual((ended.status, ended.out, ended.err), (code, b"", b""))
                run.close()

    def test_the_summary_tells_codes_of_the_command_from_oversees_own(self):
        for code in (124, 125, 126, 127, 137):
            with self.subTest(code=code):
                file = self.work / f"{code}.json"
                ended = self.oversee("--json", file, helper("exit_with"), "code", code)
                self.assertEqual(ended.status, code)
                self.assertIn('"reason": "exit"', file.read_text())

    def test_death_by_a_signal_is_passed_on_as_death_by_it(self):
        for number in FATAL:
            with self.subTest(signal=number):
                run = self.start(OVERSEE, helper("exit_with"), "signal", int(number))
                ended = run.finish()
                self.assertEqual(ended.status, -number)
                self.assertIn(b"killed by signal", ended.err)
                self.assertEqual([each.name for each in self.work.iterdir()], [], "no core file")

    def test_a_shell_sees_128_and_the_signal(self):
        ended = self.run_plain("bash", "-c", f"{OVERSEE} {helper('exit_with')} signal 15; echo $?")
        self.assertEqual(ended.out, b"143\n")

    def test_a_killed_group_without_terminal_is_137_and_the_caller_lives(self):
        ended = self.run_plain("bash", "-c", f"{OVERSEE} bash -c 'kill -9 0'; echo $?")
        self.assertEqual((ended.status, ended.out), (0, b"137\n"))
        self.assert_summary(status="failed", reason="signal", signal="KILL", exit_status=137)
        control = self.run_plain("bash", "-c", "bash -c 'kill -9 0'; echo $?")
        self.assertEqual((control.status, control.out), (-signal.SIGKILL, b""), "without oversee the caller is hit")


class CannotStart(OverseeCase):
    def assert_fails_to_start(self, status, reason, word, *command):
        ended = self.oversee(*command)
        self.assertEqual((ended.status, ended.out), (status, b""))
        self.assertIn(word, ended.err.decode())
        self.assert_summary(status="failed", reason=reason, exit_code=None, signal=None, exit_status=status)

    def test_no_such_command_is_127(self):
        self.assert_fails_to_start(127, "not_found", "no-such-command", "no-such-command", "-x")

    def test_no_such_file_is_127(self):
        self.assert_fails_to_start(127, "not_found", "./absent", "./absent")

    def test_a_path_through_a_file_is_127(self):
        self.file("file", "")
        self.assert_fails_to_start(127, "not_found", "./file/x", "./file/x")

    def test_a_missing_interpreter_is_127(self):
        self.file("script", "#!/no/such/interpreter\n", 0o755)
        self.assert_fails_to_start(127, "not_found", "./script", "./script")

    def test_a_file_without_the_execute_bit_is_126(self):
        self.file("data", "echo no\n")
        self.assert_fails_to_start(126, "not_executable", "./data", "./data")

    def test_a_directory_is_126(self):
        self.assert_fails_to_start(126, "not_executable", "Permission denied", str(self.tmp))

    def test_after_two_dashes_a_verb_and_a_flag_are_commands(self):
        for word in ("list", "-t"):
            with self.subTest(word=word):
                ended = self.oversee("--", word)
                self.assertEqual(ended.status, 127)
                self.assertIn(word, ended.err.decode())


class TimesOut(OverseeCase):
    def test_a_timeout_is_124_whatever_the_command_makes_of_the_signal(self):
        ended = self.oversee("-t", "1s", helper("report_signals"), signal.SIGTERM.value, 0)
        self.assertEqual((ended.status, ended.out), (124, b"ready\n15\n"))
        self.assertGreaterEqual(ended.seconds, 1.0)
        self.assert_summary(status="timed_out", reason="timeout", exit_code=0, signal=None, exit_status=124)

    def test_a_timeout_is_124_where_kill_was_needed(self):
        ended = self.oversee("-t", "1s", "-k", "100ms", helper("ignore_term"), 0)
        self.assertEqual((ended.status, ended.out), (124, b"ready\n"))
        summary = self.assert_summary(status="timed_out", reason="timeout", exit_code=None, signal="KILL")
        self.assertTrue(summary["attempts"][0]["forced"])

    def test_another_code_for_a_reason(self):
        codes = ("--exit-code", "timeout=75", "--exit-code", "not_found=3", "--exit-code", "signal=4", "--exit-code", "exit=9")
        for command, status in ((("sleep", 99), 75), (("no-such-command-here",), 3), (("sh", "-c", "kill -SEGV $$"), 4),
                                (("false",), 9), (("true",), 0)):
            with self.subTest(command=command):
                self.assertEqual(self.oversee("-t", "500ms", *codes, *command).status, status)
        self.assertEqual(self.oversee("-t", "300ms", "--exit-code", "timeout=75", "--preserve-status", "sleep", 99).status, 75)
        self.assertEqual(self.oversee("-t", "300ms", "--exit-code", "idle_timeout=75", "sleep", 99).status, 124)

    def test_another_code_by_variable_and_settings_file(self):
        self.assertEqual(self.oversee("false", env={"OVERSEE_EXIT_CODE": "exit=8"}).status, 8)
        self.file("oversee.toml", "[profile.x]\nexit-code = { exit = \"8\", timeout = \"7\" }\n")
        self.assertEqual(self.oversee("-P", "x", "false").status, 8)
        self.assertEqual(self.oversee("-P", "x", "--exit-code", "exit=6", "-t", "300ms", "sleep", 99).status, 7)

    def test_a_cancel_is_told_as_ever(self):
        run = self.start(OVERSEE, "--exit-code", "signal=4", "sh", "-c", "echo ready; exec sleep 99")
        run.expect(b"ready")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)

    def test_preserve_status_gives_the_commands_own(self):
        ended = self.oversee("-t", "1s", "--preserve-status", helper("report_signals"), signal.SIGTERM.value, 9)
        self.assertEqual((ended.status, ended.out), (9, b"ready\n15\n"))
        self.assert_summary(status="timed_out", reason="timeout", exit_code=9, exit_status=9)

    def test_preserve_status_is_128_and_the_signal_of_the_commands_death_as_timeouts_is(self):
        for first in ("INT", "KILL"):
            with self.subTest(first=first):
                self.assertEqual(self.oversee("-t", "300ms", "-s", first, "--preserve-status", "--no-log", "sleep", 99).status,
                                 128 + signal.Signals[f"SIG{first}"])
        self.assertEqual(self.oversee("-t", "300ms", "--preserve-status", "--json", "json", "sleep", 99).status, 143)
        self.assertIn('"exit_status": 143', (self.work / "json").read_text())

    def test_preserve_status_after_other_limits_of_time(self):
        for limit in ("-i", "-T"):
            with self.subTest(limit=limit):
                self.assertEqual(self.oversee(limit, "300ms", "--preserve-status", "sleep", 99).status, 143)

    def test_control_a_death_in_time_is_passed_on_with_preserve_status_too(self):
        ended = self.oversee("-t", "50s", "--preserve-status", "sh", "-c", "kill -TERM $$")
        self.assertEqual(ended.status, -signal.SIGTERM)

    def test_the_first_signal_and_the_ladder_are_as_asked_for(self):
        ended = self.oversee("-t", "1s", "-s", "INT", helper("report_signals"), signal.SIGINT.value, 0)
        self.assertEqual((ended.status, ended.out), (124, b"ready\n2\n"))
        ended = self.oversee("-t", "1s", "--stop", "HUP:50ms,USR2:50ms,TERM:20s,KILL", helper("report_signals"),
                             signal.SIGTERM.value, 0)
        self.assertEqual((ended.status, ended.out), (124, b"ready\n1\n12\n15\n"))

    def test_without_a_first_signal_there_is_only_kill_after_the_grace(self):
        for options in (("-s", "0", "-k", "700ms"), ("--stop", "0:700ms,KILL")):
            with self.subTest(options=options):
                ended = self.oversee("-t", "500ms", *options, helper("report_signals"))
                self.assertEqual((ended.status, ended.out), (124, b"ready\n"), "no signal was told")
                self.assertGreaterEqual(ended.seconds, 1.2)

    def test_without_a_first_signal_the_grace_is_time_to_end(self):
        ended = self.oversee("-t", "500ms", "-s", "0", "sh", "-c", "sleep 1; exit 3")
        self.assertEqual(ended.status, 124)
        self.assert_summary(status="timed_out", exit_code=3)

    def test_without_any_signal_no_stop_could_end(self):
        for options in (("-s", "0", "-k", "none"), ("--stop", "0:none,KILL")):
            with self.subTest(options=options):
                ended = self.oversee("-t", "1s", *options, "touch", "ran")
                self.assertEqual(ended.status, 125)
                self.assertIn(b"0", ended.err)
        self.assertFalse((self.work / "ran").exists())

    def test_a_command_that_ends_in_time_is_left_alone(self):
        for limit in ("20s", "none", "0", "9999999999d"):
            with self.subTest(limit=limit):
                ended = self.oversee("-t", limit, "sh", "-c", "sleep 0.1; exit 5")
                self.assertEqual(ended.status, 5)


class Cancelled(OverseeCase):
    def test_by_a_program_the_command_gets_the_signal_and_oversee_dies_of_it(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            with self.subTest(signal=number):
                run = self.start(OVERSEE, helper("report_signals"), number.value, 0)
                run.expect(b"ready\n")
                run.signal(number)
                ended = run.finish()
                self.assertEqual((ended.status, ended.out), (-number, f"ready\n{number.value}\n".encode()))
                self.assertIn(b"oversee: cancelled", ended.err)
                self.assert_nothing_left(run)

    def test_the_summary_names_signal_and_sender(self):
        run = self.start(OVERSEE, helper("report_signals"), signal.SIGTERM.value, 3)
        run.expect(b"ready\n")
        run.signal(signal.SIGTERM)
        run.finish()
        summary = self.assert_summary(status="cancelled", reason="signal", exit_code=3, exit_status=143)
        self.assertEqual(summary["attempts"][0]["cancelled_by"]["signal"], "TERM")

    def test_the_second_is_the_next_rung_and_the_third_is_kill(self):
        run = self.start(OVERSEE, "--stop", "TERM:50s,HUP:50s,KILL", helper("report_signals"))
        run.expect(b"ready\n")
        run.signal(signal.SIGTERM)
        run.expect(b"15\n")
        run.signal(signal.SIGTERM)
        run.expect(b"1\n")
        run.signal(signal.SIGTERM)
        ended = run.finish()
        self.assertEqual((ended.status, ended.out), (-signal.SIGTERM, b"ready\n15\n1\n"))
        self.assertTrue(self.summary()["attempts"][0]["forced"])

    def test_the_grace_ends_in_kill_without_another_signal(self):
        run = self.start(OVERSEE, "-k", "200ms", helper("ignore_term"), 2)
        run.expect(b"ready\n")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assert_summary(status="cancelled", signal="KILL")
        self.assert_nothing_left(run)

    def test_user_and_real_time_signals_go_to_the_command_and_cancel_nothing(self):
        run = self.start(OVERSEE, helper("report_signals"))
        run.expect(b"ready\n")
        for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH):
            run.signal(number)
            run.expect(b"%d\n" % number)
        run.signal(signal.SIGRTMIN)
        self.assertEqual((run.finish().status, run.out), (0, b"ready\n10\n12\n28\nend\n"))


if __name__ == "__main__":
    unittest.main()
