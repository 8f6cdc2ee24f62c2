"""Settings files as users see them: which are read, which takes precedence, what is refused, and the verbs for them."""

import json
import os
import unittest

from harness import OverseeCase

PROJECT = """\
[defaults]
kill-after = "5s"

[profile.ci]
description = "What every job has"
timeout = "10m"
retries = 1
retry-on = ["timeout", "exit:75"]
delay = "1ms"

[profile.integration]
inherits = "ci"
command = ["sh", "-c", 'echo "$DB" "$@"', "sh", "first"]
env = { DB = "postgres://here" }
"""


class ProfileCase(OverseeCase):
    def project(self, text=PROJECT, name="oversee.toml"):
        return self.file(name, text)

    def lines(self, *arguments, **options):
        ended = self.oversee(*arguments, **options)
        self.assertEqual(ended.status, 0, ended.err)
        return ended.out.decode().splitlines()

    def explained(self, *arguments, **options):
        """The settings shown by --explain, by name."""
        ended = self.oversee("--explain", "--format", "json", *arguments, **options)
        self.assertEqual(ended.status, 0, ended.err)
        return json.loads(ended.out)

    def value(self, name, *arguments, **options):
        values = self.explained(*arguments, **options)["settings"][name]["values"]
        return [each["value"] for each in values]

    def assert_refused(self, ended, *words):
        self.assertEqual(ended.status, 125, ended.err)
        self.assertEqual(ended.out, b"")
        for word in words:
            self.assertIn(word, ended.err.decode())
        self.assertFalse((self.work / "ran").exists(), "nothing is to be run")
        self.assertFalse(self.records.exists(), "no file is to be left")


class Profiles(ProfileCase):
    def test_a_profile_runs_its_command_with_what_is_added(self):
        self.project()
        ended = self.oversee("-P", "integration", "more args")
        self.assertEqual((ended.status, ended.out), (0, b"postgres://here first more args\n"))

    def test_a_profile_by_variable_with_a_command_of_the_calls_own(self):
        self.project()
        script = "echo x >> ran; exit 75"
        ended = self.oversee("sh", "-c", script, env={"OVERSEE_PROFILE": "ci"})
        self.assertEqual(ended.status, 75)
        self.assertEqual((self.work / "ran").read_text(), "x\nx\n", "its retries are followed")

    def test_the_profile_is_not_the_commands(self):
        self.project()
        ended = self.oversee("sh", "-c", 'echo "${OVERSEE_PROFILE-unset}"', env={"OVERSEE_PROFILE": "ci"})
        self.assertEqual(ended.out, b"unset\n")

    def test_without_a_command_it_says_so(self):
        self.project()
        self.assert_refused(self.oversee("-P", "ci"), "profile 'ci' has none; write oversee -P ci -- COMMAND")

    def test_a_flag_adds_variables_to_the_profiles(self):
        self.project()
        ended = self.oversee("-P", "integration", "-E", "DB=mine", "-E", "X=1")
        self.assertEqual(ended.out, b"mine first\n")

    def test_each_run_of_a_repeat_reads_it(self):
        self.project()
        ended = self.oversee("-P", "integration", "--repeat", "2")
        self.assertEqual((ended.status, ended.out), (0, b"postgres://here first\n" * 2))

    def test_a_misspelt_one(self):
        self.project()
        self.assert_refused(self.oversee("-P", "intergration", "touch", "ran"), "--profile: no such profile",
                            "did you mean 'integration'?")


HOSTILE = {
    "env": 'env = { LD_PRELOAD = "./x.so" }', "env-file": 'env-file = "x.env"', "shell": 'shell = "./evil"',
    "log": 'log = "victim"', "json": 'json = "victim"', "stdout-file": 'stdout-file = "victim"',
    "ok-exit": "ok-exit = [1]", "exit-code": 'exit-code = { exit = "0" }', "directory": 'directory = ".."',
    "on-timeout": 'on-timeout = "touch ran"', "before-retry": 'before-retry = "touch ran"', "keep-runs": "keep-runs = 1",
    "stdin": 'stdin = "victim"', "clear-env": "clear-env = true", "events": 'events = "victim"'}


class StrangersDirectory(ProfileCase):
    """A directory's file applies to everyone who runs oversee there, and anyone may have written it."""

    def config(self, text):
        directory = self.directory / ".config" / "oversee"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "config.toml").write_text(text)

    def test_its_defaults_execute_and_write_nothing(self):
        self.file("victim", "kept")
        for name, line in HOSTILE.items():
            self.project(f'[defaults]\ntimeout = "1m"\n{line}\n')
            with self.subTest(setting=name):
                place = f"oversee.toml:3:1: '{name}' cannot stand in [defaults] of a project's file"
                self.assert_refused(self.oversee("touch", "ran"), place, f"    {line}\n    ^")
                self.assert_refused(self.oversee("--explain", "touch", "ran"), place)
                self.assert_refused(self.oversee("check"), place)
                self.assert_refused(self.oversee("check", "oversee.toml"), place)
                self.assert_refused(self.oversee("clean"), place)
                below = self.work / "below"
                below.mkdir(exist_ok=True)
                self.assert_refused(self.oversee("touch", "../ran", cwd=below), f"{self.work}/oversee.toml:3:1: '{name}'")
                self.assert_refused(self.oversee("check", "../oversee.toml", cwd=below), f"../oversee.toml:3:1: '{name}'")
                self.assertEqual((self.work / "victim").read_text(), "kept")

    def test_who_names_the_file_asks_for_it(self):
        self.project('[defaults]\nenv = { A = "1" }\n')
        command = ("sh", "-c", 'echo "$A"')
        self.assertEqual(self.oversee("--config", "oversee.toml", *command).out, b"1\n")
        self.assertEqual(self.oversee(*command, env={"OVERSEE_CONFIG": "oversee.toml"}).out, b"1\n")
        self.assertEqual(self.oversee("--no-config", *command).out, b"\n")
        self.assertEqual(self.oversee("check", str(self.work / "oversee.toml"), cwd=self.directory).status, 0)

    def test_the_users_own_may_say_all(self):
        self.config('[defaults]\nenv = { A = "1" }\nok-exit = [1]\n')
        self.assertEqual(self.oversee("sh", "-c", 'echo "$A"; exit 1').out, b"1\n")

    def test_a_profile_is_asked_for(self):
        self.project('[profile.default]\nenv = { A = "1" }\n')
        command = ("sh", "-c", 'echo "$A"')
        self.assertEqual(self.oversee(*command).out, b"\n")
        self.assertEqual(self.oversee("-P", "default", *command).out, b"1\n")

    def test_a_profile_of_the_users_is_not_the_strangers_to_change(self):
        self.config('[profile.ci]\ntimeout = "1m"\n')
        self.project('[profile.ci]\nenv = { A = "1" }\n')
        place = "oversee.toml:2:9: 'env' cannot be added to profile 'ci', which your own settings file has"
        for call in (("-P", "ci", "touch", "ran"), ("-P", "ci", "--explain", "touch", "ran"), ("check",)):
            self.assert_refused(self.oversee(*call), place)
        self.assertEqual(self.oversee("true").status, 0)
        self.project('[profile.ci]\nretries = 2\n')
        self.assertEqual(self.value("retries", "-P", "ci", "true"), ["2"])

    def test_its_profiles_are_listed_all_the_same(self):
        self.project('[defaults]\nenv = { A = "1" }\n[profile.ci]\ndescription = "x"\n')
        listed = self.oversee("profiles")
        self.assertEqual((listed.status, listed.out), (125, b"ci        x\n"))
        self.assertIn(b"oversee.toml:2:1: 'env'", listed.err)


class Files(ProfileCase):
    def test_the_nearest_of_the_directories_above(self):
        self.project()
        below = self.work / "a" / "b"
        below.mkdir(parents=True)
        self.assertEqual(self.explained("true", cwd=below)["files"], [str(self.work / "oversee.toml")])
        (self.work / "a" / "oversee.toml").write_text('[defaults]\ntimeout = "7m"\n')
        self.assertEqual(self.explained("true", cwd=below)["files"], [str(self.work / "a" / "oversee.toml")])
        self.assertEqual(self.explained("true", cwd=self.work)["files"], ["oversee.toml"])

    def test_the_users_is_weaker_than_the_projects(self):
        self.project()
        config = self.directory / ".config" / "oversee"
        config.mkdir(parents=True)
        (config / "config.toml").write_text('[defaults]\nkill-after = "1s"\ntimeout = "7m"\n')
        said = self.explained("true")
        self.assertEqual(said["files"][-2:], [str(config / "config.toml"), "oversee.toml"])
        kill_after = said["settings"]["kill-after"]
        self.assertEqual([each["value"] for each in kill_after["values"]], ["5s"])
        self.assertEqual([each["value"] for each in kill_after["overridden"]], ["1s"])
        self.assertEqual(said["settings"]["timeout"]["values"][0]["value"], "7m")

    def test_where_xdg_says(self):
        elsewhere = self.directory / "xdg" / "oversee"
        elsewhere.mkdir(parents=True)
        (elsewhere / "config.toml").write_text('[defaults]\nname = "mine"\n')
        self.assertEqual(self.value("name", "true", env={"XDG_CONFIG_HOME": str(self.directory / "xdg")}), ["mine"])
        # The XDG Base Directory Specification says that relative paths are invalid.
        self.assertNotIn("name", self.explained("true", env={"XDG_CONFIG_HOME": "xdg"}, cwd=self.directory)["settings"])

    def test_a_named_one_alone_or_none(self):
        self.project()
        self.file("other.toml", '[defaults]\nname = "other"\n')
        self.assertEqual(self.explained("--config", "other.toml", "true")["files"], ["other.toml"])
        self.assertEqual(self.value("kill-after", "--config", "other.toml", "true"), ["10s"])
        self.assertEqual(self.explained("--no-config", "true")["files"], [])
        self.assertEqual(self.explained("true", env={"OVERSEE_NO_CONFIG": "1"})["files"], [])
        by_variable = {"OVERSEE_CONFIG": "other.toml"}
        self.assertEqual(self.explained("true", env=by_variable)["files"], ["other.toml"])
        self.assertEqual(self.explained("--no-config", "true", env=by_variable)["files"], [])
        self.assert_refused(self.oversee("--config", "nowhere.toml", "touch", "ran"), "nowhere.toml",
                            "No such file or directory")

    def test_paths_start_at_the_file(self):
        self.project('[profile.here]\njson = "reports/run.json"\ndirectory = "."\ncommand = ["pwd"]\n')
        (self.work / "reports").mkdir()
        below = self.work / "below"
        below.mkdir()
        ended = self.oversee("-P", "here", cwd=below)
        self.assertEqual((ended.status, ended.out.decode().rstrip()), (0, str(self.work)))
        self.assertTrue((self.work / "reports" / "run.json").exists())

    def test_one_that_others_can_write(self):
        path = self.project()
        for mode in (0o666, 0o646):
            os.chmod(path, mode)
            self.assert_refused(self.oversee("touch", "ran"), "others can write to oversee.toml", "chmod go-w",
                                "--no-config")
        self.assertEqual(self.oversee("--no-config", "true").status, 0)
        self.assertEqual(self.oversee("--config", path, "true").status, 0)

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file away")
    def test_one_of_another_user(self):
        path = self.project()
        os.chown(path, 4242, 4242)
        self.assert_refused(self.oversee("touch", "ran"), "oversee.toml belongs to another user (uid 4242)",
                            "--no-config")
        os.chown(path, 0, 4242)
        os.chmod(path, 0o664)
        self.assert_refused(self.oversee("touch", "ran"), "others can write to oversee.toml")
        os.remove(path)
        good = self.file("good.toml", PROJECT)
        os.symlink(good, path)
        self.assertEqual(self.explained("true")["files"], ["oversee.toml"])
        os.chown(path, 4242, 4242, follow_symlinks=False)
        self.assert_refused(self.oversee("touch", "ran"), "belongs to another user (uid 4242)")

    def test_what_is_no_plain_file_does_not_hang_us(self):
        os.mkfifo(self.work / "oversee.toml")
        self.assert_refused(self.oversee("touch", "ran"), "oversee.toml", "plain file")
        os.remove(self.work / "oversee.toml")
        os.mkdir(self.work / "oversee.toml")
        self.assert_refused(self.oversee("touch", "ran"), "oversee.toml", "plain file")


class Errors(ProfileCase):
    def test_the_first_with_its_line_and_a_caret(self):
        self.project('[defaults]\nkill-after = "5s"\ntimeout = "5 apples"\n')
        ended = self.oversee("touch", "ran")
        self.assert_refused(ended, "oversee: oversee.toml:3:11: cannot read '5 apples'; expected a duration",
                            '\n    timeout = "5 apples"\n              ^\n')

    def test_an_unknown_key_names_the_nearest(self):
        self.project('[profile.ci]\ntimout = "5s"\n')
        self.assert_refused(self.oversee("touch", "ran"), "oversee.toml:2:1: no such setting: 'timout'",
                            "did you mean 'timeout'?", "    timout = ")

    def test_no_escape_sequence_reaches_the_terminal(self):
        self.project('[profile.x]\nname = 5 # \x1b[31mred\n')
        ended = self.oversee("touch", "ran")
        self.assertEqual(ended.status, 125)
        self.assertNotIn(b"\x1b", ended.err)

    def test_warnings_do_not_stop_a_run(self):
        ended = self.oversee("-T", "5s", "-k", "1m", "true")
        self.assertEqual(ended.status, 0)
        self.assertIn(b"oversee: warning: --kill-after: its 1m is longer than the total timeout", ended.err)


class Verbs(ProfileCase):
    BAD = '[defaults]\ntimout = "5s"\n[profile.a]\ninherits = "b"\nretries = "2"\n[profile.b]\nsummary = "alway"\n' \
          '[profile.c]\ninherits = "c"\n'

    def test_profiles_are_listed(self):
        self.assertEqual(self.oversee("profiles").out, b"")
        self.project()
        self.assertEqual(self.lines("profiles")[0], "ci           What every job has")
        self.assertRegex(self.lines("profiles")[1], r"^integration  sh -c ")
        self.assertEqual(self.lines("profiles", "--names"), ["ci", "integration"])
        listed = json.loads("\n".join(self.lines("profiles", "--format", "json")))
        self.assertEqual([each["name"] for each in listed], ["ci", "integration"])
        self.assertEqual(listed[1]["inherits"], "ci")
        self.assertEqual(listed[1]["command"][:2], ["sh", "-c"])

    def test_check_tells_all_that_is_wrong(self):
        path = self.file("bad.toml", self.BAD)
        for arguments in (("bad.toml",), ()):
            if not arguments:
                os.rename(path, self.work / "oversee.toml")
            ended = self.oversee("check", *arguments)
            name = "bad.toml" if arguments else "oversee.toml"
            self.assertEqual(ended.status, 125)
            errors = [line for line in ended.err.decode().splitlines() if line.startswith(f"oversee: {name}:")]
            self.assertEqual([line.split(":")[2] for line in errors], ["2", "5", "9", "7"])
            self.assertIn("did you mean 'always'?", ended.err.decode())
            self.assertEqual(ended.err.decode().splitlines()[-1], "oversee: 4 errors")

    def test_check_is_content_with_what_is_right(self):
        self.project()
        lines = self.lines("check")
        self.assertEqual(lines[0], "oversee.toml: 2 profiles, no errors")
        self.assertIn("kill-after        5s                oversee.toml:2:14", lines)
        lines = self.lines("check", "-P", "integration")
        self.assertIn("timeout           10m               oversee.toml:6:11 (profile ci)", lines)
        self.assertEqual(self.lines("check", cwd=self.tmp)[0], "no settings file counts here")

    def test_check_warns_of_variables_that_nobody_reads(self):
        ended = self.oversee("check", env={"OVERSEE_TIMOUT": "5s"})
        self.assertEqual(ended.status, 0)
        self.assertIn(b"OVERSEE_TIMOUT: no such setting; did you mean OVERSEE_TIMEOUT?", ended.err)

    def test_bad_words(self):
        for words in (("check", "a", "b"), ("check", "--format", "xml"), ("profiles", "x"), ("profiles", "--fromat", "json"),
                      ("check", "-P", "none"), ("check", "nowhere.toml")):
            ended = self.oversee(*words)
            self.assertEqual((ended.status, ended.out), (125, b""), words)
            self.assertTrue(ended.err.startswith(b"oversee: "), ended.err)


class Explained(ProfileCase):
    def test_runs_nothing_and_names_each_origin(self):
        self.project()
        ended = self.oversee("--explain", "-P", "integration", "-r", "5", "x", env={"OVERSEE_TIMEOUT": "3m"})
        self.assertEqual(ended.status, 0)
        self.assertFalse(self.records.exists())
        text = ended.out.decode()
        for line in ("command           sh -c 'echo \"$DB\" \"$@\"' sh first x",
                     "                  oversee.toml:13:12 (profile integration)",
                     "settings files    oversee.toml",
                     "timeout           3m                OVERSEE_TIMEOUT",
                     "                  10m               overridden: oversee.toml:6:11 (profile ci)",
                     "retries           5                 --retries",
                     "                  1                 overridden: oversee.toml:7:11 (profile ci)",
                     "max-delay         1m                built-in"):
            self.assertIn(line + "\n", text)

    def test_every_setting_of_the_table_has_its_origin(self):
        listing = self.lines("@settings")
        names = [line.split("\t")[0] for line in listing if line.split("\t")[4]]
        settings = self.explained("true")["settings"]
        self.assertEqual([name for name in names if name not in settings and name != "format"], [])
        origins = {each["origin"] for setting in settings.values() for each in setting["values"]}
        self.assertEqual(origins, {"built-in"})

    def test_errors_are_errors(self):
        ended = self.oversee("--explain", "-t", "x", "true")
        self.assertEqual(ended.status, 125)
        self.assertEqual(self.oversee("--explain", "--format", "yaml", "true").status, 125)

    def test_without_a_command(self):
        self.assertEqual(self.explained()["command"], [])


if __name__ == "__main__":
    unittest.main()
