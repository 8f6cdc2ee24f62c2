"""The digest of a failed run: it omits what is visible directly above, and shows the rest."""

import unittest

from harness import OverseeCase

FAR = "echo 'a.c:1: error: here'; seq 100; exit 3"


class Digest(OverseeCase):
    def lines(self, *arguments, status=3, **options):
        ended = self.oversee("--no-log", *arguments, **options)
        self.assertEqual(ended.status, status, ended.err)
        return ended.err.decode().splitlines()

    def captured(self, *arguments, **options):
        """Like lines(), with a log; removes the log's path."""
        ended = self.oversee(*arguments, **options)
        return [line.partition(" [log ")[0] for line in ended.err.decode().splitlines()]

    def test_a_failure_that_is_in_sight_is_one_line(self):
        self.assertEqual(len(self.captured("-c", "echo 'a.c:1: error: here'; exit 3")), 1)

    def test_an_error_out_of_sight_is_told_before_the_summary_line(self):
        first, again, last = self.captured("-c", FAR)
        self.assertEqual(first, "oversee: first error: a.c:1: error: here")
        self.assertRegex(again, r"^oversee: run again: /bin/sh -c '.*'$")
        self.assertRegex(last, r"^oversee: failed: exit 3 after \S+$")

    def test_output_that_is_not_shown_is_told_by_its_last_lines(self):
        lines = self.captured("--show", "never", "-c", "seq 100; printf '\\033[31mred\\033[0m\\n' >&2; exit 3")
        self.assertEqual(lines[:3], ["oversee: last lines:", "  | 82", "  | 83"])
        self.assertEqual(lines[20], "  | red")
        self.assertTrue(lines[-1].startswith("oversee: failed: exit 3 after "))
        self.assertEqual(len(lines), 23)

    def test_a_success_is_one_line(self):
        for show in ("live", "never"):
            lines = self.captured("--show", show, "--digest", "always", "-c", "echo 'a: error: x' >&2; seq 100 >&2")
            self.assertEqual([line for line in lines if line.startswith("oversee: ")], lines[-1:])

    def test_it_is_shown_when_it_is_wanted(self):
        self.assertEqual(len(self.captured("--digest", "never", "-c", FAR)), 1)
        self.assertEqual(self.captured("--summary", "never", "-c", FAR), [])
        always = self.captured("--digest", "always", "-c", "exit 3")
        self.assertEqual(len(always), 2)
        self.assertEqual(len(self.captured(env={"OVERSEE_DIGEST": "always"}, *("-c", "exit 3"))), 2)
        self.assertEqual(len(self.lines("-c", FAR)), 1)  # it had our own stdout, so nothing is known

    def test_the_command_it_names_runs_again(self):
        (self.work / "a b").mkdir()
        lines = self.captured("--digest", "always", "-C", "a b", "-c", "printf '%s|' \"$PWD\" \"$@\"; exit 3", "--", "x'y", "")
        command = lines[-2].removeprefix("oversee: run again: ")
        again = self.run_plain("sh", "-c", command, cwd="/")
        self.assertEqual((again.status, again.out.decode()), (3, f"{self.work}/a b|x'y||"))

    def test_a_word_that_is_none_is_refused(self):
        ended = self.oversee("--digest", "maybe", "touch", "made")
        self.assertEqual(ended.status, 125)
        self.assertEqual(ended.err, b"oversee: --digest: cannot read 'maybe'; expected auto, always or never\n")
        self.assertFalse((self.work / "made").exists())


if __name__ == "__main__":
    unittest.main()
