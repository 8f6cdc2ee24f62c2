"""oversee help: topics from the manual pages, groups, options and verbs; a word that is none of them."""

import os
import re
import subprocess
import unittest

from harness import OVERSEE, OverseeCase


def listing(name):
    text = subprocess.run([OVERSEE, name], stdout=subprocess.PIPE, text=True, check=True).stdout
    return [line.split("\t") for line in text.splitlines()]


class Help(OverseeCase):
    def told(self, *topic):
        ended = self.oversee("help", *topic)
        self.assertEqual((ended.status, ended.err), (0, b""))
        return ended.out.decode()

    def refused(self, *words):
        ended = self.oversee("help", *words)
        self.assertEqual((ended.status, ended.out), (125, b""))
        return ended.err.decode()

    def names(self):
        return self.told("--names").split()

    def test_without_a_topic_lists_them_one_line_each(self):
        text = self.told()
        listed = re.findall(r"^  (\S+) {2,}\S", text, re.MULTILINE)
        for topic in ("exit-status", "signals", "files", "environment", "examples", "security", "bugs", "limits",
                      "settings", "profiles", "time", "retry", "output", "logs", "help"):
            self.assertIn(topic, listed)
        self.assertLessEqual(set(listed), set(self.names()))
        self.assertLessEqual(max(map(len, text.splitlines())), 80)

    def test_tells_every_topic_that_it_names(self):
        names = self.names()
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual({row[0] for row in listing("@settings")} - {"help", "version"}, set(names))
        self.assertLessEqual({row[0] for row in listing("@verbs")}, set(names))
        for name in names:
            with self.subTest(topic=name):
                text = self.told(name)
                self.assertGreater(len(text.splitlines()), 1)
                self.assertNotRegex(text, r"(?m)^\.[A-Z]|\\\(|\\&|\\e")  # no mdoc markup is left

    def test_a_section_has_what_the_page_says(self):
        text = self.told("exit-status")
        self.assertTrue(text.startswith("EXIT STATUS\n"), text)
        self.assertIn("\n    124\n        The time limit was over", text)
        self.assertIn("--on-overflow fail", text)
        self.assertLessEqual(max(map(len, text.splitlines())), 79)
        self.assertIn("oversee -t 10m -k 1m -- ./deploy.sh production || exit\n", self.told("examples"))
        self.assertIn("/oversee/config.toml", self.told("files"))
        self.assertIn("perl -ne 's/^ *[\\d.]+ out([|:]) // or next;", self.told("log"))

    def test_a_section_is_found_by_its_title_in_capitals(self):
        self.assertEqual(self.told("SIGNALS"), self.told("signals"))

    def test_a_group_has_its_options_as_help_shows_them(self):
        whole = self.oversee("--help").out.decode()
        for group in sorted({row[7] for row in listing("@settings")}):
            members = [row[0] for row in listing("@settings") if row[7] == group and row[0] not in ("help", "version")]
            text = self.told(group)
            with self.subTest(group=group):
                options = re.findall(r"^  (?:-\w, |    )--([\w-]+)", text, re.MULTILINE)
                self.assertEqual(options[:len(members)], members)
                self.assertIn(text.partition("\n\n")[0], whole)

    def test_an_option_has_its_default_its_variable_and_its_key(self):
        text = self.told("kill-after")
        self.assertRegex(text, r"-k, --kill-after DUR +KILL what is left DUR after the first\s+signal \[10s\]")
        self.assertIn("Variable: OVERSEE_KILL_AFTER\n", text)
        self.assertIn("Key in settings files: kill-after\n", text)
        self.assertIn("Not beside: stop\n", text)

    def test_a_command_is_a_key_of_profiles_alone(self):
        text = self.told("shell-line")
        self.assertIn("Key in profiles: shell-line\n", text)
        self.assertNotIn("settings files", text)

    def test_a_name_of_several_things_has_them_all(self):
        text = self.told("limits")
        self.assertIn("--max-memory SIZE", text)
        self.assertIn("\nLIMITS\n", text)

    def test_settings_files_and_profiles_are_told(self):
        self.assertIn("Later wins:", self.told("settings"))
        text = self.told("profiles")
        self.assertIn("[profile.ci]", text)
        self.assertIn("\nINHERITANCE\n", text)

    def test_a_verb_has_its_own_help(self):
        self.assertIn(self.oversee("logs", "--help").out.decode(), self.told("logs"))

    def test_an_unknown_topic_names_the_nearest(self):
        self.assertEqual(self.refused("signal-s"), "oversee: no such topic: signal-s; did you mean signals?\n")
        self.assertIn("did you mean timeout?", self.refused("tiemout"))
        self.assertEqual(self.refused("zzzzzzzz"), "oversee: no such topic: zzzzzzzz; oversee help lists them\n")

    def test_more_than_one_topic_is_too_much(self):
        self.assertIn("'b' is too much", self.refused("a", "b"))

    def test_what_cannot_be_printed_is_no_success(self):
        for words in (("--help",), ("--version",), ("help",), ("help", "retry"), ("list", "--help"), ("profiles", "--format", "json"),
                      ("check",), ("--explain", "true"), ("clean",)):
            with self.subTest(words=words), open("/dev/full", "wb") as full:
                ended = self.oversee(*words, stdout=full)
                self.assertEqual(ended.status, 125)
                self.assertIn(b"oversee: cannot write to stdout: No space left on device\n", ended.err)

    def test_a_reader_that_has_had_enough_is_no_failure(self):
        read_end, write_end = os.pipe()
        os.close(read_end)
        with open(write_end, "wb") as nobody:
            ended = self.oversee("--help", stdout=nobody)
        self.assertEqual((ended.status, ended.err), (0, b""))

    def test_leaves_no_file_and_needs_none(self):
        self.told("timeout")
        self.assertEqual(self.files(), [])

    def test_a_program_named_help_is_still_run(self):
        self.file("help", "#!/bin/sh\necho mine\n", mode=0o755)
        ended = self.oversee("--", "./help", cwd=self.work)
        self.assertEqual((ended.status, ended.out), (0, b"mine\n"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
