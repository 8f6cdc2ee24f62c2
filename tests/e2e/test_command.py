"""What is run: the forms of a command, its directory, environment and standard input, and variables in place of
flags."""

import os
import unittest

from harness import OVERSEE, RUN_ID, OverseeCase, helper, parse_state


class Forms(OverseeCase):
    def shown(self, *arguments, **options):
        """The output of show_state about how it was started."""
        ended = self.oversee(*arguments, **options)
        self.assertEqual(ended.status, 0, ended.err)
        return parse_state(ended.out)

    def arguments(self, state):
        return [state[key] for key in state if key.startswith("arg ")][1:]

    def assert_prints(self, expected, *arguments, **options):
        ended = self.oversee(*arguments, **options)
        self.assertEqual((ended.status, ended.out.decode()), (0, expected), ended.err)

    def test_arguments_reach_the_program_untouched(self):
        words = ["-", "", "a b", "-t", "--timeout=1", "--", "*", "$HOME", "é", "'\""]
        self.assertEqual(self.arguments(self.shown(helper("show_state"), *words)), words)
        self.assertEqual(self.arguments(self.shown("--", helper("show_state"), *words)), words)

    def test_bytes_that_are_no_text_reach_the_program(self):
        ended = self.run_plain("sh", "-c", f"{OVERSEE} printf %s \"$(printf '\\377x')\"")
        self.assertEqual(ended.out, b"\xffx")

    def test_a_shell_line(self):
        self.assert_prints("2\n", "-c", "printf 'a\\nb\\n' | wc -l")

    def test_a_shell_lines_arguments(self):
        self.assert_prints("sh|2|x y|-t\n", "-c", 'echo "$0|$#|$1|$2"', "x y", "-t")

    def test_a_shell_lines_status_is_its_last_commands(self):
        self.assertEqual(self.oversee("-c", "true; exit 6").status, 6)

    def test_another_shell(self):
        self.assert_prints("bash yes\n", "--shell", "bash", "-c", '[[ $BASH_VERSION ]] && echo "$0" yes')

    def test_an_executable_script_runs_by_its_first_line(self):
        script = self.file("script", "#!/bin/bash\necho \"$BASH_VERSION\" | grep -c .; echo \"$0 $*\"\n", 0o755)
        self.assert_prints(f"1\n{script} a b\n", "--script", script, "a", "b")

    def test_a_script_without_the_execute_bit_runs_by_its_first_line(self):
        script = self.file("script", "#! /usr/bin/env  bash\n[[ 1 ]] && echo \"$0 $*\"\n")
        self.assert_prints(f"{script} a\n", "--script", script, "a")

    def test_a_script_without_a_first_line_runs_by_the_shell(self):
        for mode in (0o644, 0o755):
            with self.subTest(mode=oct(mode)):
                script = self.file("script", "echo \"$0 $#\"\n", mode)
                self.assert_prints(f"{script} 1\n", "--script", script, "a")

    def test_another_interpreter(self):
        script = self.file("script", "#!/bin/false\necho \"$1\"\n", 0o755)
        self.assert_prints("a b\n", "--interpreter", "sh", "--script", script, "a b")

    def test_a_script_is_a_file_and_never_searched_for(self):
        self.file("ls", "#!/bin/sh\necho mine \"$0\"\n", 0o755)
        self.assert_prints("mine ./ls\n", "--script", "ls")

    def test_a_script_is_named_from_here_wherever_it_runs(self):
        (self.work / "there").mkdir()
        self.file("script", "pwd\n")
        self.assert_prints(f"{self.work}/there\n", "-C", "there", "--script", "script")

    def test_a_script_keeps_its_standard_input(self):
        script = self.file("script", "cat\n")
        ended = self.run_plain("sh", "-c", f"echo typed | {OVERSEE} --script {script}")
        self.assertEqual(ended.out, b"typed\n")


class Words(OverseeCase):
    """Texts about oversee itself."""

    def test_help_and_version(self):
        for flag, start in (("--help", b"usage: oversee"), ("-h", b"usage: oversee"), ("--version", b"oversee "),
                            ("-V", b"oversee ")):
            with self.subTest(flag=flag):
                ended = self.oversee(flag, "touch", self.work / "sentinel")
                self.assertEqual((ended.status, ended.err), (0, b""))
                self.assertTrue(ended.out.startswith(start))
        self.assertEqual((list(self.work.iterdir()), self.files()), ([], []))

    def test_verbose_names_run_and_command_on_stderr(self):
        ended = self.oversee("-v", "--summary", "never", "echo", "a b")
        self.assertEqual(ended.out, b"a b\n")
        self.assertIn(self.summary()["run_id"], ended.err.decode())
        self.assertIn("echo 'a b'", ended.err.decode())


class Directory(OverseeCase):
    def test_the_command_runs_there_and_the_summary_says_so(self):
        (self.work / "there").mkdir()
        self.assertEqual(self.oversee("-C", "there", "pwd").out.decode(), f"{self.work}/there\n")
        self.assert_summary(directory=f"{self.work}/there")

    def test_otherwise_here(self):
        self.assertEqual(self.oversee("pwd").out.decode(), f"{self.work}\n")
        self.assert_summary(directory=str(self.work))

    def test_in_a_directory_that_was_removed(self):
        ended = self.run_plain("sh", "-c", f"mkdir gone; cd gone; rmdir ../gone; {OVERSEE} sh -c 'echo ran'")
        self.assertEqual((ended.status, ended.out), (0, b"ran\n"), ended.err)

    def test_own_files_are_named_from_here(self):
        (self.work / "there").mkdir()
        self.assertEqual(self.oversee("-C", "there", "--log", "log", "--json", "json", "true").status, 0)
        self.assertEqual(sorted(os.listdir(self.work)), ["json", "log", "there"])

    def test_a_relative_program_is_looked_for_there(self):
        (self.work / "there").mkdir()
        self.file("there/program", "#!/bin/sh\necho found\n", 0o755)
        self.assertEqual(self.oversee("-C", "there", "./program").out, b"found\n")


class Environment(OverseeCase):
    OWN = {"OVERSEE_RUN_ID", "OVERSEE_ATTEMPT", "OVERSEE_ATTEMPTS", "OVERSEE_LOG_FILE"}

    def seen(self, *arguments, **options):
        ended = self.oversee(*arguments, helper("show_state"), **options)
        self.assertEqual(ended.status, 0, ended.err)
        return parse_state(ended.out)["env"]

    def test_inherited_but_for_what_oversee_adds(self):
        seen = self.seen(env={"A": "1", "EMPTY": ""})
        own = {name: seen.pop(name) for name in self.OWN}
        self.assertEqual(seen, self.environment(A="1", EMPTY=""))
        self.assertRegex(own["OVERSEE_RUN_ID"], RUN_ID)
        self.assertEqual((own["OVERSEE_ATTEMPT"], own["OVERSEE_ATTEMPTS"]), ("1", "1"))
        self.assertEqual(own["OVERSEE_LOG_FILE"], str(self.the_only(".log")))
        self.assertEqual(own["OVERSEE_RUN_ID"], self.summary()["run_id"])

    def test_set_overrides_and_the_last_wins(self):
        seen = self.seen("-E", "A=2", "--env", "B=x=y", "--env=C=", "-E", "A=3", env={"A": "1", "C": "1"})
        self.assertEqual((seen["A"], seen["B"], seen["C"]), ("3", "x=y", ""))

    def test_unset(self):
        seen = self.seen("--unset-env", "A", "--unset-env", "ABSENT", env={"A": "1", "AB": "2"})
        self.assertNotIn("A", seen)
        self.assertEqual(seen["AB"], "2")

    def test_clear_keeps_what_is_named(self):
        seen = self.seen("--clear-env", "-E", "A", "-E", "B=2", "-E", "ABSENT", env={"A": "1", "C": "3"})
        self.assertEqual(set(seen) - self.OWN, {"A", "B"})

    def test_clear_leaves_nothing_of_the_callers(self):
        self.assertEqual(set(self.seen("--clear-env", env={"A": "1"})), self.OWN)

    def test_files_then_flags(self):
        one = self.file("one", "A=1\nexport B='quoted value'\n\n  # remark\n C=spaces \nD=\"x\"\nE=a=b#c\r\nF=\n")
        two = self.file("two", "A=2\n")
        seen = self.seen("--env-file", one, "-E", "D=flag", "--env-file", two)
        self.assertEqual([seen[name] for name in "ABCDEF"], ["2", "quoted value", "spaces", "flag", "a=b#c", ""])

    def test_the_program_is_searched_in_the_commands_own_path(self):
        (self.work / "bin").mkdir()
        self.file("bin/program", "#!/bin/sh\necho found\n", 0o755)
        ended = self.oversee("-E", f"PATH={self.work}/bin:/bin", "program")
        self.assertEqual((ended.status, ended.out), (0, b"found\n"))
        self.assertEqual(self.oversee("program").status, 127)

    def test_the_inner_of_nested_runs_sees_its_own_id(self):
        ended = self.oversee("sh", "-c", f"echo $OVERSEE_RUN_ID; {OVERSEE} sh -c 'echo $OVERSEE_RUN_ID'")
        outer, inner = ended.out.split()
        self.assertNotEqual(outer, inner)
        self.assertEqual({f"{each.decode()}.json" for each in (outer, inner)},
                         {each for each in self.files() if each.endswith(".json")})


class StandardInput(OverseeCase):
    def fed(self, *arguments):
        return self.run_plain("sh", "-c", 'echo typed | "$@"', "sh", OVERSEE, *arguments, "cat").out

    def test_inherited(self):
        self.assertEqual(self.fed(), b"typed\n")
        self.assertEqual(self.fed("--stdin", "inherit"), b"typed\n")

    def test_null(self):
        self.assertEqual(self.fed("--stdin", "null"), b"")

    def test_a_file(self):
        file = self.file("input", b"from\0file\n")
        self.assertEqual(self.fed("--stdin", file), b"from\0file\n")

    def test_what_the_command_does_not_read_is_left_for_the_next(self):
        ended = self.run_plain("sh", "-c", f"printf 'one\\ntwo\\n' | ({OVERSEE} sh -c 'read x; echo $x'; cat)")
        self.assertEqual(ended.out, b"one\ntwo\n")


class Variables(OverseeCase):
    """OVERSEE_NAME stands for --name; the flag takes precedence."""

    def test_a_timeout(self):
        self.assertEqual(self.oversee("sleep", 99, env={"OVERSEE_TIMEOUT": "200ms"}).status, 124)

    def test_the_flag_wins(self):
        ended = self.oversee("-t", "none", "sh", "-c", "sleep 0.1; exit 3", env={"OVERSEE_TIMEOUT": "1ms"})
        self.assertEqual(ended.status, 3)
        self.assertEqual(self.summary()["settings"]["timeout"], "none")

    def test_a_flag_wins_over_the_variable_of_its_rival(self):
        ended = self.oversee("-s", "INT", "true", env={"OVERSEE_STOP": "HUP:1s,KILL"})
        self.assertEqual((ended.status, self.summary()["settings"]["stop"]), (0, "INT:10s,KILL"))

    def test_an_empty_one_is_as_if_it_were_not_there(self):
        self.assertEqual(self.oversee("true", env={"OVERSEE_TIMEOUT": "", "OVERSEE_SIGNAL": ""}).status, 0)

    def test_flags_and_lists(self):
        ended = self.oversee(helper("show_state"), env={"OVERSEE_CLEAR_ENV": "1", "OVERSEE_ENV": "A=1\nB=2"})
        seen = parse_state(ended.out)["env"]
        self.assertEqual({name: value for name, value in seen.items() if "_" not in name}, {"A": "1", "B": "2"})

    def test_others(self):
        ended = self.oversee("-c", "pwd; echo no >&2", env={
            "OVERSEE_DIRECTORY": str(self.tmp), "OVERSEE_SUMMARY": "never", "OVERSEE_NAME": "nightly",
            "OVERSEE_STDIN": "null", "OVERSEE_KILL_AFTER": "3s", "OVERSEE_SIGNAL": "HUP"})
        self.assertEqual((ended.out.decode(), ended.err), (f"{self.tmp}\n", b"no\n"))
        summary = self.assert_summary(name="nightly")
        self.assertEqual(summary["settings"]["stop"], "HUP:3s,KILL")


if __name__ == "__main__":
    unittest.main()
