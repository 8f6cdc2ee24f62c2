"""Refused input: one line names the cause and the remedy, exit status 125, nothing is run, no file is left."""

import os
import socket
import unittest
from pathlib import Path

from harness import OVERSEE, OverseeCase, helper, parse_state


class Refused(OverseeCase):
    def setUp(self):
        super().setUp()
        self.sentinel = self.work / "the command ran"
        self.before = self.tree()

    def tree(self):
        """Every file of the test's directories with its contents."""
        found = {}
        for parent, _, names in os.walk(self.directory):
            for name in names:
                if name.startswith("tsan.rodata."):
                    continue  # ThreadSanitizer's, of a guard that ended while starting
                path = Path(parent, name)
                found[path] = path.read_bytes() if path.is_file() and not path.is_symlink() else None
        return found

    def assert_refused(self, *arguments, culprit, remedy, command=None, env=None):
        """The command, if given, would create the sentinel."""
        before = self.tree()
        command = ["touch", self.sentinel] if command is None else command
        run = self.start(OVERSEE, *arguments, *command, env=env)
        ended = run.finish()
        text = ended.err.decode()
        self.assertEqual((ended.status, ended.out), (125, b""), text)
        self.assertEqual(text.count("\n"), 1, text)
        self.assertTrue(text.startswith("oversee: ") and text.endswith("\n"), text)
        self.assertIn(culprit, text)
        self.assertIn(remedy, text)
        self.assertEqual(self.tree(), before)
        self.assert_nothing_left(run)


class BadWords(Refused):
    def test_control_the_command_does_touch_the_sentinel(self):
        self.assertEqual(self.oversee("touch", self.sentinel).status, 0)
        self.assertTrue(self.sentinel.exists())
        self.assertNotEqual(self.tree(), self.before)

    def test_unknown_flags_name_the_nearest(self):
        for word, near in (("--timout", "--timeout"), ("--enviroment", "--env"), ("--preserve", "--preserve-status"),
                           ("--timout=5", "--timeout"), ("--dir", "--directory")):
            with self.subTest(word=word):
                self.assert_refused(word, culprit=word.partition("=")[0], remedy=near)

    def test_unknown_flags_without_a_near_one_point_to_the_help(self):
        for word in ("--zzzzzzzz", "-x", "-z5"):
            with self.subTest(word=word):
                self.assert_refused(word, culprit=word[:2], remedy="--help")

    def test_retries(self):
        for option, word, remedy in (
            ("-r", "x", "a whole number"), ("-r", "-1", "a whole number"), ("--jitter", "101", "a percentage"),
            ("--backoff", "none", "fixed, linear or exponential"), ("--flaky", "ok", "pass, warn or fail"),
            ("--retry-on", "timout", "failure, exit"), ("--retry-on", "exit:256", "failure, exit"),
            ("--no-retry-on", "signal:FOO", "failure, exit"), ("--retry-on", "output:(", "RE2 reads it: missing )"),
            ("--exit-code", "timeout=0", "an exit code from 1 to 255"), ("--exit-code", "timeout", "such as timeout=75"),
            ("--exit-code", "timeuot=3", "did you mean 'timeout'?"), ("--exit-code", "exit=256", "1 to 255"),
            ("--ok-exit", "256", "exit codes from 0 to 255"), ("-d", "soon", "a duration"), ("-T", "soon", "a duration"),
        ):
            with self.subTest(option=option, word=word):
                self.assert_refused(f"{option}={word}" if option.startswith("--") else f"{option}{word}",
                                    culprit=f"'{word.removeprefix('output:')}'", remedy=remedy)

    def test_durations(self):
        for word in ("abc", "5x", "1m1m", "1s2m", "-5", "1e3", "5 s", ".", "", "1.5.2", "infinity", "0x10", "5m30"):
            for flag in ("--timeout", "--kill-after"):
                with self.subTest(word=word, flag=flag):
                    self.assert_refused(flag, word, culprit=flag, remedy="2m30s")

    def test_durations_in_other_spellings_of_the_flag(self):
        self.assert_refused("-t", "soon", culprit="'soon'", remedy="2m30s")
        self.assert_refused("-tsoon", culprit="'soon'", remedy="2m30s")
        self.assert_refused("--timeout=soon", culprit="'soon'", remedy="2m30s")

    def test_signals(self):
        for word in ("BLAH", "-1", "65", "999", "RTMIN+99", "", "TERM INT"):
            with self.subTest(word=word):
                self.assert_refused("-s", word, culprit="--signal", remedy="SIGTERM")

    def test_sizes(self):
        for word in ("abc", "64Ki", "1.5.2MiB", "-1", "", "1e3", "5 MB", "99999999999999999999", "99999999999GiB"):
            with self.subTest(word=word):
                self.assert_refused("--max-output", word, culprit="--max-output", remedy="64KiB")

    def test_ladders(self):
        for word in ("X", "TERM:", "TERM:5s,BLAH:1s,KILL", "TERM:abc,KILL", ",", ""):
            with self.subTest(word=word):
                self.assert_refused("--stop", word, culprit="--stop", remedy="INT:5s,TERM:10s,KILL")

    def test_choices(self):
        self.assert_refused("--summary", "sometimes", culprit="'sometimes'", remedy="always, failure or never")

    def test_a_value_that_is_missing_at_the_end(self):
        for flag, name in (("-t", "--timeout"), ("--log", "--log"), ("-C", "--directory"), ("-E", "--env")):
            with self.subTest(flag=flag):
                self.assert_refused(flag, command=[], culprit=name, remedy="value")

    def test_an_empty_value_never_takes_the_next_word(self):
        victim = self.file("victim", "precious", 0o755)
        for flag in ("--timeout", "--log", "--json", "--name", "--directory", "--signal", "--stdin"):
            with self.subTest(flag=flag):
                self.assert_refused(f"{flag}=", victim, culprit=flag, remedy="expected")

    def test_a_value_for_a_flag_that_takes_none(self):
        for word in ("--clear-env=maybe", "--no-log=x", "--verbose=99999999999999999999"):
            with self.subTest(word=word):
                self.assert_refused(word, culprit=word.partition("=")[0], remedy="")

    def test_no_command(self):
        for arguments in (["-t", "5"], ["--"], ["-t", "5", "--"], ["-v"]):
            with self.subTest(arguments=arguments):
                self.assert_refused(*arguments, command=[], culprit="command", remedy="oversee [OPTIONS] -- COMMAND")

    def test_a_command_without_a_name(self):
        self.assert_refused("", command=[], culprit="name is empty", remedy="give")

    def test_no_words_at_all_show_the_usage(self):
        ended = self.oversee()
        self.assertEqual((ended.status, ended.out), (125, b""))
        self.assertTrue(ended.err.startswith(b"usage: oversee"))

    def test_what_excludes_each_other(self):
        for arguments in (["--stop", "KILL", "-s", "INT"], ["--stop", "KILL", "-k", "1s"],
                          ["-c", "true", "--script", "x"], ["--no-log", "--log", "x"], ["--no-log", "--log-dir", "."],
                          ["--log", "x", "--log-dir", "."]):
            with self.subTest(arguments=arguments):
                self.assert_refused(*arguments, culprit="exclude each other", remedy="give one")

    def test_what_needs_another_flag(self):
        self.assert_refused("--interpreter", "sh", culprit="--interpreter", remedy="--script")

    def test_environment_names(self):
        self.assert_refused("-E", "=x", culprit="'=x'", remedy="NAME=VALUE")
        self.assert_refused("--unset-env", "A=1", culprit="'A=1'", remedy="name")

    def test_variables(self):
        for name, value, remedy in (("OVERSEE_TIMEOUT", "soon", "2m30s"), ("OVERSEE_SIGNAL", "BLAH", "SIGTERM"),
                                    ("OVERSEE_CLEAR_ENV", "maybe", "true or false"),
                                    ("OVERSEE_SUMMARY", "x", "always, failure or never")):
            with self.subTest(variable=name):
                self.assert_refused(env={name: value}, culprit=name, remedy=remedy)


class BadFiles(Refused):
    def test_missing_files_and_directories(self):
        for flag in ("-C", "--log-dir", "--env-file", "--stdin"):
            with self.subTest(flag=flag):
                self.assert_refused(flag, "/no/such/path", culprit="/no/such/path", remedy="No such file")
        for flag in ("--log", "--json"):
            with self.subTest(flag=flag):
                self.assert_refused(flag, "/no/such/path", culprit="/no/such", remedy="No such file")
        self.assert_refused("--script", "/no/such/path", culprit="/no/such/path", remedy="No such file")

    def test_a_file_where_a_directory_belongs(self):
        file = self.file("file", "")
        for flag in ("-C", "--log-dir"):
            with self.subTest(flag=flag):
                self.assert_refused(flag, file, culprit=str(file), remedy="Not a directory")

    def test_a_directory_where_a_file_belongs(self):
        for flag in ("--log", "--json", "--env-file", "--script"):
            with self.subTest(flag=flag):
                self.assert_refused(flag, self.work, culprit=str(self.work), remedy="s a directory")

    def test_stdout_is_no_place_for_a_log(self):
        for flag in ("--log", "--json"):
            with self.subTest(flag=flag):
                self.assert_refused(flag, "-", culprit=flag, remedy="stdout")

    def test_a_log_that_has_no_reader(self):
        os.mkfifo(self.work / "pipe")
        self.assert_refused("--log", self.work / "pipe", culprit=str(self.work / "pipe"), remedy="start its reader")

    def test_a_bad_line_in_an_env_file(self):
        file = self.file("variables", "A=1\n\n# remark\nnonsense\n")
        self.assert_refused("--env-file", file, culprit=f"{file}:4", remedy="NAME=VALUE")

    def test_a_script_without_an_interpreter_in_its_first_line(self):
        self.assert_refused("--script", self.file("script", "#!\n"), culprit="script", remedy="#!")


class BadEvents(Refused):
    """--events with destinations that cannot be written to, or that could block forever when opened."""

    def test_words(self):
        for word, remedy in (("-", "stdout"), ("fd:1", "fd:3 or more"), ("fd:2", "the command's alone"),
                             ("fd:x", "fd:N"), ("unix:", "unix:PATH")):
            with self.subTest(word=word):
                self.assert_refused("--events", word, culprit="--events", remedy=remedy)
        self.assert_refused(env={"OVERSEE_EVENTS": "fd:0"}, culprit="OVERSEE_EVENTS", remedy="fd:3 or more")

    def test_descriptors(self):
        self.assert_refused("--events", "fd:9", culprit="fd:9", remedy="open it")
        for number in (3, 4, 5, 6, 7, 8):  # none of oversee's own descriptors is taken for the caller's
            with self.subTest(number=number):
                line = f'exec {number}>&-; exec "$@"'
                ended = self.run_plain("sh", "-c", line, "sh", OVERSEE, "--events", f"fd:{number}", "echo", "ran")
                self.assertEqual((ended.status, ended.out), (125, b""))
        ended = self.run_plain("sh", "-c", f"{OVERSEE} --events fd:7 echo ran 7</dev/null")
        self.assertEqual((ended.status, ended.out), (125, b""))
        self.assertIn(b"not open for writing", ended.err)

    def test_sockets(self):
        path = str(self.work / "socket")
        self.assert_refused("--events", "unix:" + path, culprit=path, remedy="start what listens")
        with socket.socket(socket.AF_UNIX) as nobody:
            nobody.bind(path)
            self.assert_refused("--events", "unix:" + path, culprit="Connection refused", remedy="start what listens")
            self.assert_refused("--events", path, culprit=path, remedy="unix:" + path)
        self.assert_refused("--events", "unix:" + "x" * 108, culprit="xxx", remedy="107")

    def test_a_pipe_that_nobody_reads(self):
        os.mkfifo(self.work / "pipe")
        self.assert_refused("--events", self.work / "pipe", culprit=str(self.work / "pipe"), remedy="its reader first")

    def test_places(self):
        self.assert_refused("--events", "/no/such/path", culprit="/no/such", remedy="No such file")
        self.assert_refused("--events", self.work, culprit=str(self.work), remedy="s a directory")
        (self.work / "link").symlink_to("/no/such/path")
        self.assert_refused("--events", self.work / "link", culprit="/no/such", remedy="create it first")

    def test_what_is_refused_later_leaves_no_events(self):
        old = self.file("old", "precious\n")
        for path in (old, self.work / "new"):
            with self.subTest(path=path):
                self.assert_refused("--events", path, "--log", "/no/such/path", culprit="/no/such", remedy="No such")
                self.assert_refused("--events", path, "--json", "/no/such/path", culprit="/no/such", remedy="No such")


class BadTemporaryDirectory(Refused):
    REMEDY = "TMPDIR"

    def assert_passed_over(self):
        """One warning names it and the remedy; the run is recorded elsewhere."""
        ended = self.oversee("true")
        self.assertEqual(ended.status, 0, ended.err)
        warning = ended.err.decode().splitlines()[0]
        for word in ("warning", str(self.records), self.REMEDY, str(self.runtime)):
            self.assertIn(word, warning)
        self.assertEqual(len(list((self.runtime / "oversee").glob("*.json"))), 1)

    def test_a_link(self):
        target = self.directory / "target"
        target.mkdir()
        self.records.symlink_to(target)
        self.assert_passed_over()
        self.assertEqual(list(target.iterdir()), [])

    def test_a_dangling_link(self):
        self.records.symlink_to(self.directory / "target")
        self.assert_passed_over()
        self.assertFalse((self.directory / "target").exists())

    def test_a_file(self):
        self.records.write_text("not a directory")
        self.assert_passed_over()

    @unittest.skipUnless(os.getuid() == 0, "only root can give a directory away")
    def test_somebody_elses(self):
        self.records.mkdir(0o700)
        os.chown(self.records, 65534, 65534)
        self.assert_passed_over()

    def test_one_that_was_open_to_others_is_closed_to_them(self):
        self.records.mkdir()
        self.records.chmod(0o777)
        self.assertEqual(self.oversee("true").status, 0)
        self.assertEqual(self.records.stat().st_mode & 0o7777, 0o700)

    def test_one_that_cannot_be_used_is_warned_of_and_the_command_runs(self):
        for place in ("/proc", "/no/such/directory"):
            with self.subTest(place=place):
                ended = self.oversee(helper("show_state"), env={"TMPDIR": place})
                self.assertEqual(ended.status, 0)
                self.assertIn("pid", parse_state(ended.out))
                warning, summary = ended.err.decode().splitlines()
                self.assertIn("warning", warning)
                self.assertIn(place, warning)
                self.assertIn("completed", summary)
                self.assertNotIn("[log", summary)
                self.assertNotIn("OVERSEE_LOG_FILE", parse_state(ended.out)["env"])


if __name__ == "__main__":
    unittest.main()
