"""Masks: what --mask names is in nothing that oversee writes, and the command has all of it."""

import json
import os
import time
import unittest

from harness import BOUND, OverseeCase

SECRET = "s3cret-value"
REPORTS = ("json", "junit", "markdown", "events")
ENV = {"MY_PIN": SECRET}
PRINT = "printf '%s\\n' \"a $MY_PIN b\"; printf '%s' $MY_PIN >&2"


class EveryPlace(OverseeCase):
    """Everything that is written, with a command that prints the secret and has it in its arguments."""

    def written(self):
        """All files but those of the command."""
        files = [each for each in self.work.iterdir() if each.name.startswith("report.")]
        files += [each for each in self.records.iterdir() if each.name != ".cleaned"]
        return {each.name: each.read_text() for each in files}

    def assert_masked(self, *arguments, status=1, env=None, masks=("--mask", "MY_PIN"), shown=True):
        flags = [flag for each in REPORTS for flag in (f"--{each}", f"report.{each}")]
        ended = self.oversee("-v", "--digest", "always", "--ci", "github", *masks, *flags, *arguments,
                             env={**ENV, **(env or {})})
        self.assertEqual(ended.status, status, ended.err)
        texts = self.written()
        for verb in (("show", "last"), ("show", "last", "--format", "json"), ("logs", "last"), ("list",), ("stats",)):
            texts[" ".join(verb)] = self.oversee(*verb).out.decode()
        if shown:
            texts["stdout"] = ended.out.decode()
            texts["stderr"] = ended.err.decode()
        for name, text in texts.items():
            self.assertNotIn(SECRET, text, name)
        return ended, texts

    def test_a_variables_value(self):
        ended, texts = self.assert_masked("sh", "-c", PRINT + "; exit 1", SECRET)
        self.assertEqual(ended.out, b"a *** b\n")
        self.assertIn("***", ended.err.decode())
        for name in ("report.events", "report.junit", "report.markdown", "report.json", "logs last", "show last"):
            self.assertIn("***", texts[name], name)
        # Bytes are counted as the command wrote them.
        summary = json.loads(texts["report.json"])
        attempt = summary["attempts"][0]
        self.assertEqual((attempt["stdout"]["bytes"], attempt["stderr"]["bytes"]), (len(SECRET) + 5, len(SECRET)))

    def test_a_pattern(self):
        ended, _ = self.assert_masked("sh", "-c", PRINT + "; exit 1", SECRET, masks=("--mask", "/s3c[a-z]+-v\\w+/"))
        self.assertEqual(ended.out, b"a *** b\n")

    def test_what_the_run_is_called(self):
        (self.work / SECRET).mkdir()
        _, texts = self.assert_masked("--name", f"n {SECRET}", "--label", f"k=v {SECRET}", "-C", SECRET, "-c",
                                      f"echo {SECRET}; exit 1")
        summary = json.loads(texts["report.json"])
        self.assertEqual((summary["name"], summary["labels"], summary["command"][2]),
                         ("n ***", {"k": "v ***"}, "echo ***; exit 1"))

    def test_a_command_that_is_not_there(self):
        self.assert_masked(f"./{SECRET}", status=127)

    def test_a_diagnosis_and_its_hook(self):
        script = self.file("hang", "#!/bin/sh\necho up\nread line < fifo\n", 0o755)
        os.mkfifo(self.work / "fifo")
        _, texts = self.assert_masked("-t", "300ms", "--on-timeout", f'echo {SECRET} "$MY_PIN"', script, SECRET,
                                      status=124)
        self.assertIn("***", texts["report.events"])

    def test_processes_that_are_left(self):
        script = self.file("leak", f"#!/bin/sh\nsh -c 'sleep 99; exit' sh {SECRET} &\n", 0o755)
        _, texts = self.assert_masked("--leaks", "fail", "--leak-timeout", "300ms", script, status=122)
        self.assertIn("sh ***", texts["report.json"])

    def test_retries_and_their_hook(self):
        ended, texts = self.assert_masked("-r", "1", "-d", "1ms", "--before-retry", f'echo {SECRET} $MY_PIN', "-c",
                                          PRINT + "; exit 1")
        self.assertEqual(ended.out, b"a *** b\n" * 2)
        self.assertIn("before_retry", texts["report.events"])

    def test_held_output(self):
        for how in (("-q",), ("--show", "failure"), ("-r", "1", "-d", "1ms", "--only-final"), ("--timestamps",)):
            ended, _ = self.assert_masked(*how, "-c", PRINT + "; exit 1")
            self.assertIn(b"a *** b\n", ended.out)

    def test_copies_raw_logs_and_spilled_output(self):
        for how in (("--log-format", "raw"), ("--on-overflow", "spill", "--max-output", "16KiB"), ("--no-log",)):
            self.assert_masked("--stdout-file", "report.out", "--stderr-file", "report.err", *how, "-c",
                               "i=0; while [ $i -lt 3000 ]; do echo $i $MY_PIN; i=$((i+1)); done; " + PRINT +
                               "; exit 1")
            self.assertIn("2999 ***\n", (self.work / "report.out").read_text())

    def test_a_terminal_of_its_own(self):
        ended, _ = self.assert_masked("--pty", "-c", PRINT + "; exit 1")
        self.assertIn(b"a *** b\r\n***", ended.out)

    def test_what_is_shown_may_be_left_as_it_is(self):
        ended, _ = self.assert_masked("--mask-live", "no", "--digest", "never", "-c", PRINT + "; exit 1", shown=False)
        self.assertEqual(ended.out, f"a {SECRET} b\n".encode())
        self.assertIn(SECRET.encode(), ended.err)
        ended, _ = self.assert_masked("--mask-live", "no", "--show", "failure", "-c", PRINT + "; exit 1", shown=False)
        self.assertEqual(ended.out, f"a {SECRET} b\n".encode())

    def test_across_writes(self):
        half = len(SECRET) // 2
        ended, _ = self.assert_masked("-c", f"printf {SECRET[:half]}; sleep 0.01; printf '%s\\n' {SECRET[half:]}; exit 1",
                                      masks=("--mask", "MY_PIN", "--mask", "/zz+/"))
        self.assertIn(b"***", ended.out)

    def test_repetitions(self):
        ended = self.oversee("--repeat", "2", "--mask", "MY_PIN", "-c", PRINT, env=ENV)
        self.assertEqual((ended.status, ended.out), (0, b"a *** b\n" * 2))
        for name, text in self.written().items():
            self.assertNotIn(SECRET, text, name)

    def test_a_detached_run(self):
        ended = self.oversee("--detach", "--mask", "MY_PIN", "-c", PRINT, env=ENV)
        self.assertEqual(self.oversee("wait", ended.out.decode().strip()).status, 0)
        for name, text in self.written().items():
            self.assertNotIn(SECRET, text, name)

    def test_a_served_run(self):
        request = {"id": "r", "op": "run", "argv": ["sh", "-c", PRINT, SECRET], "env": ENV,
                   "settings": {"mask": ["MY_PIN", "/zz+/"]}}
        reader, writer = os.pipe()
        os.write(writer, (json.dumps(request) + "\n").encode())
        os.close(writer)
        ended = self.oversee("serve", "--stdio", stdin=reader)
        os.close(reader)
        self.assertNotIn(SECRET, ended.out.decode())
        self.assertIn("a *** b", ended.out.decode())
        for name, text in self.written().items():
            self.assertNotIn(SECRET, text, name)


class Settings(OverseeCase):
    def test_masks_of_all_sources_add_up(self):
        self.file("oversee.toml", 'mask = ["/one[0-9]/"]\n[profile.x]\nmask = "TWO"\n'.replace("mask = [", "[defaults]\nmask = [", 1))
        for way in ("flags", "none"):
            flags = ("--mask", "FOUR") if way == "flags" else ()
            ended = self.oversee("-P", "x", *flags, "-c", "echo one1 $TWO $THREE $FOUR",
                                 env={"TWO": "second", "THREE": "third", "FOUR": "fourth", "OVERSEE_MASK": "THREE\n/x{9}/"})
            self.assertEqual(ended.out.decode(), "*** *** *** ***\n" if flags else "*** *** *** fourth\n")

    def test_a_projects_list_drops_none_of_the_users(self):
        config = self.directory / ".config" / "oversee"
        config.mkdir(parents=True)
        (config / "config.toml").write_text('[defaults]\nmask = ["/mine/"]\n')
        for projects in ("[]", '["/theirs/"]'):
            self.file("oversee.toml", f"[defaults]\nmask = {projects}\n")
            ended = self.oversee("-c", "echo mine")
            self.assertEqual(ended.out, b"***\n", ended.err)
        self.file("oversee.toml", '[defaults]\nmask-live = "no"\n')
        ended = self.oversee("-c", "echo mine")
        self.assertEqual(ended.status, 125)
        self.assertIn(b"mask-live", ended.err)

    def test_the_value_is_the_commands(self):
        for flags in (("-E", "PIN=given-value"), ("--env-file", self.file("env", "PIN=given-value\n"))):
            ended = self.oversee("--mask", "PIN", *flags, "-c", "echo $PIN other-value", env={"PIN": "other-value"})
            self.assertEqual(ended.out, b"*** other-value\n")

    def test_what_masks_nothing(self):
        ended = self.oversee("--mask", "NOT_SET", "--mask", "EMPTY", "-c", "echo as it is", env={"EMPTY": ""})
        self.assertEqual((ended.status, ended.out), (0, b"as it is\n"))
        self.assertNotIn(b"warning", ended.err)
        ended = self.oversee("--mask", "PIN", "-c", "echo 123", env={"PIN": "123"})
        self.assertEqual((ended.status, ended.out), (0, b"123\n"))
        self.assertIn(b"oversee: warning: --mask PIN: ", ended.err)
        self.assertNotIn(b"123", ended.err.split(b"\n")[0])

    def test_what_is_refused(self):
        for mask, culprit in (("//", "'//'"), ("/(/", "'/(/'"), ("A=B", "'A=B'"), ("1st", "'1st'"),
                              ("/x/i", "'/x/i'"), ("a b", "'a b'")):
            ended = self.oversee(f"--mask={mask}", "sh", "-c", "touch ran")
            self.assertEqual(ended.status, 125, ended.err)
            self.assertEqual(ended.err.count(b"\n"), 1, ended.err)
            self.assertIn(f"--mask: cannot read {culprit}; expected ", ended.err.decode())
        ended = self.oversee("--mask=", "sh", "-c", "touch ran")
        self.assertEqual((ended.status, ended.err.count(b"\n")), (125, 1), ended.err)
        self.assertIn(b"--mask: its value is empty", ended.err)
        self.assertFalse((self.work / "ran").exists())

    def test_the_command_is_not_changed(self):
        ended = self.oversee("--mask", "MY_PIN", "--before-retry", '[ "$MY_PIN" = s3cret-value ] && touch hooked', "-r",
                             "1", "-d", "1ms", "sh", "-c", f'[ "$1" = {SECRET} ] && [ -e hooked ]', "sh", SECRET, env=ENV)
        self.assertEqual(ended.status, 0, ended.err)

    def test_patterns_of_retries_see_what_the_command_wrote(self):
        ended = self.oversee("--mask", "MY_PIN", "-r", "1", "-d", "1ms", "--retry-on", f"output:{SECRET}", "-c",
                             PRINT + "; exit 1", env=ENV)
        self.assertEqual(ended.out, b"a *** b\n" * 2)

    def test_what_explain_shows(self):
        for form in ("text", "json"):
            ended = self.oversee("--explain", "--format", form, "--mask", "MY_PIN", "--mask", "/token=[a-z]+/", "-E",
                                 f"PLAIN={SECRET}", "--before-retry", f"x {SECRET}", "run", SECRET, "token=abc", env=ENV)
            text = ended.out.decode()
            self.assertEqual(ended.status, 0, ended.err)
            self.assertNotIn(SECRET, text)
            self.assertNotIn("token=abc", text)
            self.assertIn("MY_PIN", text)
            self.assertIn("/token=[a-z]+/", text)


class Github(OverseeCase):
    LINE = "echo before sesame; echo ::add-mask::sesame; echo open sesame"

    def test_what_the_command_tells_github_is_masked_from_then_on(self):
        for flags, env in ((("--ci", "github"), {}), ((), {"GITHUB_ACTIONS": "true"})):
            ended = self.oversee(*flags, "--events", "report.events", "--json", "report.json", "-c", self.LINE, env=env)
            self.assertIn(b"before sesame\n::add-mask::sesame\nopen ***\n", ended.out)
            log = self.oversee("logs", "last").out.decode()
            self.assertRegex(log, r"out\| before sesame\n.*out\| ::add-mask::\*\*\*\n.*out\| open \*\*\*\n")
            # What is written after that has it nowhere, the command line included.
            self.assertNotIn("sesame", (self.work / "report.events").read_text().partition("attempt_started")[2].replace(
                "before sesame", ""))
            self.assertNotIn("sesame", self.oversee("show", "last").out.decode())
            self.assertNotIn("sesame", (self.work / "report.json").read_text())

    def test_where_github_acts_on_no_line_its_value_is_not_shown(self):
        ended = self.oversee("--ci", "github", "--ci-stop-commands", "-c", self.LINE)
        self.assertIn(b"::add-mask::***\nopen ***\n", ended.out)

    def test_elsewhere_it_is_a_line_as_others(self):
        ended = self.oversee("-c", self.LINE)
        self.assertEqual(ended.out, b"before sesame\n::add-mask::sesame\nopen sesame\n")


class Prompts(OverseeCase):
    def test_a_prompt_passes_at_once_and_what_may_begin_a_match_after_a_moment(self):
        reader, writer = os.pipe()
        # "s3c" may begin the value, the prompt before it cannot.
        running = self.start(*self.binary("--mask", "MY_PIN"), "sh", "-c", "printf 'Name: s3c'; read answer; echo $answer",
                             stdin=reader, env=ENV)
        os.close(reader)
        running.expect(b"Name: s3c")
        os.write(writer, b"done\n")
        os.close(writer)
        running.expect(b"done")
        self.assertEqual(running.finish().status, 0)

    def binary(self, *arguments):
        return (os.environ["OVERSEE"], *arguments)

    def test_control_without_waiting_a_cut_shows_the_secret(self):
        half = len(SECRET) // 2
        # The second half is written when the first has been shown.
        line = f"printf {SECRET[:half]}; read go; printf '%s\\n' {SECRET[half:]}"
        for without in (True, False):
            reader, writer = os.pipe()
            start = self.start_without if without else lambda _, *rest, **options: self.start(*self.binary(*rest), **options)
            running = start("masks-wait", "--mask", "MY_PIN", "-c", line, stdin=reader, env=ENV)
            os.close(reader)
            running.expect(SECRET[:half].encode())
            os.write(writer, b"\n")
            os.close(writer)
            ended = running.finish()
            self.assertEqual(ended.status, 0, ended.err)
            self.assertEqual(SECRET.encode() in ended.out, without)


if __name__ == "__main__":
    unittest.main(verbosity=2)
