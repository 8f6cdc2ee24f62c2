"""--max-output: what the log keeps of long output, what it omits and counts; nothing else is truncated."""

import json
import re
import unittest

from harness import OverseeCase
from tagged_log import decode

OMITTED = re.compile(r"(\S+), (\d+) lines of (stdout|stderr)")


class MaxOutput(OverseeCase):
    def log_of(self, *arguments, **options):
        log = self.work / "log"
        ended = self.oversee("--summary", "never", "--json", self.work / "json", "--log", log, *arguments, **options)
        return ended, decode(log.read_bytes()), log.stat().st_size

    def stream(self, name):
        return json.loads((self.work / "json").read_text())["attempts"][0][name]

    def test_head_and_tail_are_whole_lines_and_the_rest_is_counted(self):
        whole = b"".join(b"%d\n" % number for number in range(1, 100_001))
        ended, log, size = self.log_of("--max-output", "64KiB", "seq", "100000")
        self.assertEqual((ended.status, ended.out), (0, whole))  # live output is never truncated
        self.assertLess(len(log.out), 64 * 1024 + 1)
        self.assertLess(size, 400 * 1024)  # lines of six bytes have time stamps of fifteen
        found = OMITTED.fullmatch(log.note("omitted")[0])
        omitted_lines = int(found[2])
        stream = self.stream("stdout")
        self.assertEqual(stream["bytes"], len(whole))
        self.assertEqual(stream["lines"], 100_000)
        self.assertEqual(stream["captured"], len(log.out))
        self.assertEqual(stream["omitted"], len(whole) - len(log.out))
        kept = log.out.splitlines(keepends=True)
        self.assertEqual(len(kept) + omitted_lines, 100_000)
        cut = next(i for i, line in enumerate(kept) if int(line) != i + 1)
        self.assertEqual(b"".join(kept[:cut]), whole[:len(b"".join(kept[:cut]))])
        self.assertTrue(whole.endswith(b"".join(kept[cut:])))
        self.assertGreater(cut, 1000)
        self.assertGreater(len(kept) - cut, 500)

    def test_the_exit_status_counts_and_the_command_is_not_disturbed(self):
        ended, log, _ = self.log_of("--max-output", "1KiB", "sh", "-c", "seq 100000; echo to the end >&2; exit 7")
        self.assertEqual(ended.status, 7)
        self.assertEqual(log.err, b"to the end\n")
        self.assertTrue(log.out.endswith(b"100000\n"))

    def test_a_flood_without_a_newline_meets_the_limit_at_once(self):
        ended, log, size = self.log_of("--max-output", "1MiB", "head", "-c", "16M", "/dev/zero")
        self.assertEqual(ended.status, 0)
        self.assertLess(size, 2 * 1024 * 1024)
        self.assertEqual(self.stream("stdout")["bytes"], 16 * 1024 * 1024)
        self.assertEqual(self.stream("stdout")["captured"], len(log.out))

    def test_each_stream_has_its_own(self):
        _, log, _ = self.log_of("--max-output", "8KiB", "sh", "-c", "seq 10000 >&2; echo short")
        self.assertEqual(log.out, b"short\n")
        self.assertIn("of stderr", log.note("omitted")[0])
        self.assertEqual(len(log.note("omitted")), 1)

    def test_what_fits_is_kept_whole(self):
        for limit in ("64MiB", "none", "0", "10kB"):
            with self.subTest(limit=limit):
                _, log, _ = self.log_of("--max-output", limit, "seq", "1000")
                self.assertEqual(log.note("omitted"), [])
                self.assertEqual(log.out, b"".join(b"%d\n" % number for number in range(1, 1001)))

    def test_by_variable(self):
        _, log, _ = self.log_of("seq", "1000", env={"OVERSEE_MAX_OUTPUT": "1KiB"})
        self.assertEqual(len(log.note("omitted")), 1)

    def test_a_size_that_does_not_parse(self):
        ended = self.oversee("--max-output", "64Ki", "touch", "ran")
        self.assertEqual(ended.status, 125)
        self.assertIn(b"--max-output: cannot read '64Ki'; expected a size such as", ended.err)
        self.assertFalse((self.work / "ran").exists())


if __name__ == "__main__":
    unittest.main()
