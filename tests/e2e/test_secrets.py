"""Secrets in command lines: oversee writes none of them, and the command gets all of them."""

import unittest

from harness import OverseeCase

SECRET = "s3cret-value"
REPORTS = ("json", "junit", "markdown", "events")


class NamedSecrets(OverseeCase):
    def assert_kept(self, *arguments, status=1, env=None):
        """Runs the command, and searches everything that is written for the secret."""
        flags = [flag for each in REPORTS for flag in (f"--{each}", f"report.{each}")]
        ended = self.oversee("-v", "--digest", "always", "--ci", "github", *flags, *arguments, env=env)
        self.assertEqual(ended.status, status, ended.err)
        self.assertNotIn(SECRET, ended.err.decode())
        texts = [(self.work / f"report.{each}").read_text() for each in REPORTS]
        texts += [each.read_text() for each in self.records.iterdir() if each.suffix in (".json", ".log")]
        self.assertGreater(len(texts), len(REPORTS) + 1)
        for verb in (("show", "last"), ("show", "last", "--format", "json"), ("logs", "last"), ("list",), ("stats",)):
            texts.append(self.oversee(*verb).out.decode())
        for text in texts:
            self.assertNotIn(SECRET, text)
        return ended, "".join(texts)

    def test_words(self):
        check = f'[ "$2" = --token={SECRET} ] && [ "$4" = {SECRET} ] && exit 1; exit 2'
        script = self.file("run", f"#!/bin/sh\n{check}\n", 0o755)
        ended, texts = self.assert_kept(script, "x", f"--token={SECRET}", "--db-password", SECRET, f"A_KEY={SECRET}")
        self.assertIn("x '--token=***' --db-password '***' 'A_KEY=***'", ended.err.decode())
        self.assertIn("--token=***", texts)

    def test_a_line_of_the_shells(self):
        line = f"A_TOKEN={SECRET} sh -c '[ ${{#A_TOKEN}} = {len(SECRET)} ] && exit 1; exit 2'"
        _, texts = self.assert_kept("-c", line)
        self.assertIn("A_TOKEN=*** sh -c", texts)

    def test_a_line_before_a_retry(self):
        self.assert_kept("-r", "1", "-d", "1ms", "--before-retry", f"true --password {SECRET}", "sh", "-c", "exit 1")

    def test_processes_that_are_named(self):
        # The leaked process has the secret in its own command line.
        script = self.file("leak", f"#!/bin/sh\nsh -c 'sleep 99; exit' sh --token={SECRET} &\n", 0o755)
        _, texts = self.assert_kept("--leaks", "fail", "--leak-timeout", "300ms", script, status=122)
        self.assertIn("--token=***", texts)

    def test_what_explain_shows(self):
        self.file("oversee.toml", f'[profile.x]\nenv = {{ DB_PASSWORD = "{SECRET}", PLAIN = "seen" }}\n'
                                  f'on-timeout = "dump --token {SECRET}"\ncommand = ["run", "--token={SECRET}"]\n')
        for arguments in (("--explain", "-P", "x"), ("--explain", "-P", "x", "--format", "json"), ("check", "-P", "x"),
                          ("profiles",), ("profiles", "--format", "json")):
            ended = self.oversee(*arguments, env={"OVERSEE_ENV": f"MY_SECRET={SECRET}"})
            self.assertEqual(ended.status, 0, ended.err)
            self.assertNotIn(SECRET, (ended.out + ended.err).decode())
            self.assertIn("***", ended.out.decode())
        self.assertIn("PLAIN=seen", self.oversee("--explain", "-P", "x").out.decode())


if __name__ == "__main__":
    unittest.main(verbosity=2)
