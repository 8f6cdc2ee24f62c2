"""Colours of oversee's own lines: on a terminal, if wanted, and nowhere else."""

import unittest

from harness import OVERSEE, OverseeCase
from terminal import Terminal

GREEN, YELLOW, RED = (f"\x1b[1;{code}moversee:\x1b[0m ".encode() for code in (32, 33, 31))


class Colours(OverseeCase):
    def at_terminal(self, *words, **environment):
        terminal = Terminal(self, OVERSEE, *words, env={"TERM": "xterm", **environment})
        terminal.finish()
        return terminal.seen

    def test_a_success_a_warning_and_a_failure_at_a_terminal(self):
        self.assertIn(GREEN + b"completed", self.at_terminal("true"))
        self.assertIn(RED + b"failed", self.at_terminal("false"))
        flaky = self.at_terminal("-r", "1", "-d", "0", "sh", "-c", "[ $OVERSEE_ATTEMPT = 2 ]")
        self.assertIn(YELLOW + b"warning: flaky", flaky)
        self.assertIn(RED + b"--timeout: cannot read", self.at_terminal("-t", "x", "true"))
        self.assertIn(RED + b"no such flag", self.at_terminal("check", "--nonsense"))

    def test_the_commands_output_is_its_own(self):
        self.assertIn(b"oversee: mine\r\n", self.at_terminal("--summary", "never", "echo", "oversee: mine"))

    def test_not_where_they_are_not_wanted(self):
        for environment in ({"NO_COLOR": "1"}, {"CLICOLOR": "0"}, {"TERM": "dumb"}, {"TERM": ""},
                            {"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}):
            with self.subTest(environment):
                seen = self.at_terminal("false", **environment)
                self.assertIn(b"oversee: failed", seen)
                self.assertNotIn(b"\x1b[1;", seen)

    def test_in_a_pipe_only_by_force(self):
        self.assertTrue(self.oversee("true", env={"TERM": "xterm"}).err.startswith(b"oversee: completed"))
        self.assertTrue(self.oversee("true", env={"CLICOLOR_FORCE": "0"}).err.startswith(b"oversee: completed"))
        self.assertTrue(self.oversee("true", env={"CLICOLOR_FORCE": "1"}).err.startswith(GREEN + b"completed"))
        self.assertTrue(self.oversee("true", env={"CLICOLOR_FORCE": "1", "NO_COLOR": ""}).err.startswith(GREEN))


if __name__ == "__main__":
    unittest.main()
