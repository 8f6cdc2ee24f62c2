"""The command's output is passed on exactly: every byte, in order, each stream separately, while it is written."""

import fcntl
import hashlib
import os
import random
import re
import subprocess
import unittest

from harness import OVERSEE, OverseeCase, helper, wait_until
from tagged_log import decode

# Line ends, text without an end, binary data, terminal sequences, and the log's own marks.
AWKWARD = {
    "nothing": b"",
    "no last newline": b"a\nb",
    "newlines only": b"\n\n\n",
    "NUL": b"a\0b\n\0\n\0",
    "CRLF": b"one\r\ntwo\r\n\rthree\r",
    "invalid UTF-8": b"\xff\xfe\n\xc3\n\xed\xa0\x80\n\xf8\x88\n\x80",
    "every byte": bytes(range(256)) * 3,
    "escapes": b"\x1b[31mred\x1b[0m\x07\x0b\x0c\x85\xe2\x80\xa8\n",
    "a line of 300,000 bytes": b"x" * 300_000 + b"\n",
    "lines like a log's": b"# status    completed  exit 0\n    0.001 out| no\n    0.001 err: no\n#\n# \n",
}


def noise(size, seed=7):
    return random.Random(seed).randbytes(size)


class Exact(OverseeCase):
    def write(self, *sources, **options):
        """Lets write_bytes write each (stream, chunk, content)."""
        words = []
        for number, (stream, chunk, content) in enumerate(sources):
            words += [stream, chunk, self.file(f"source{number}", content)]
        return self.start(OVERSEE, "--summary", "never", "--log", self.work / "log", helper("write_bytes"), *words,
                          **options)

    def assert_exact(self, out, err, ended):
        self.assertEqual(ended.status, 0)
        self.assertTrue(ended.out == out, "stdout is as written")
        self.assertTrue(ended.err == err, "stderr is as written")
        log = decode((self.work / "log").read_bytes())
        self.assertTrue(log.out == out, "the log gives stdout back")
        self.assertTrue(log.err == err, "the log gives stderr back")
        return log

    def test_awkward_bytes_on_each_stream(self):
        for name, content in AWKWARD.items():
            for chunk in (1, 7, 4096, 1_000_000):
                if len(content) // chunk > 2000:
                    continue
                with self.subTest(name, chunk=chunk):
                    self.assert_exact(content, b"", self.write((1, chunk, content)).finish())
                    self.assert_exact(b"", content, self.write((2, chunk, content)).finish())

    def test_both_streams_at_once(self):
        out, err = noise(400_000), noise(300_000, seed=8)
        for chunk in (1000, 4096, 65536, 100_000):
            with self.subTest(chunk=chunk):
                self.assert_exact(out, err, self.write((1, chunk, out), (2, 777, err)).finish())

    def test_one_byte_at_a_time(self):
        out, err = noise(3000), noise(3000, seed=8)
        self.assert_exact(out, err, self.write((1, 1, out), (2, 1, err)).finish())

    def test_the_times_in_the_log_never_go_back_within_a_stream(self):
        lines = b"".join(b"%d\n" % number for number in range(5000))
        log = self.assert_exact(lines, lines, self.write((1, 50, lines), (2, 60, lines)).finish())
        for times in log.times.values():
            self.assertEqual(times, sorted(times))

    def test_fifty_megabytes(self):
        source = self.file("source", noise(50_000_000))
        run = self.start(OVERSEE, "--summary", "never", "cat", source, stdout=subprocess.PIPE)
        ended = run.finish()
        self.assertEqual((ended.status, len(ended.out)), (0, 50_000_000))
        expected = hashlib.sha256(source.read_bytes()).digest()
        self.assertEqual(hashlib.sha256(ended.out).digest(), expected)
        self.assertEqual(hashlib.sha256(decode(self.log()).out).digest(), expected)
        self.assertEqual(self.summary()["attempts"][0]["stdout"]["bytes"], 50_000_000)

    def test_fifty_megabytes_into_a_file(self):
        source = self.file("source", noise(50_000_000))
        with open(self.work / "target", "wb") as target:
            self.assertEqual(self.oversee("cat", source, stdout=target).status, 0)
        self.assertTrue((self.work / "target").read_bytes() == source.read_bytes())

    def test_without_a_log_too(self):
        content = b"".join(AWKWARD.values())
        source = self.file("source", content)
        ended = self.oversee("--no-log", "--summary", "never", helper("write_bytes"), 1, 4096, source, 2, 100, source)
        self.assertEqual((ended.status, ended.out, ended.err), (0, content, content))
        stream = self.summary()["attempts"][0]["stdout"]
        self.assertEqual(stream, {"bytes": None, "lines": None, "captured": None, "omitted": None})
        self.assertIsNone(self.summary()["log"])

    def test_a_file_is_appended_to_where_it_was_opened_so(self):
        target = self.file("target", "before\n")
        ended = self.run_plain("sh", "-c", f"{OVERSEE} echo one >>{target}; {OVERSEE} sh -c 'echo two >&2' 2>>{target}")
        self.assertEqual(ended.status, 0)
        lines = target.read_text().splitlines()
        self.assertEqual([lines[0], lines[1], lines[2]], ["before", "one", "two"])


class Together(OverseeCase):
    """Both streams go to one place."""

    def test_one_pipe_for_both_keeps_the_order_within_each(self):
        lines = {fd: b"".join(b"%d %d\n" % (fd, number) for number in range(2000)) for fd in (1, 2)}
        ended = self.oversee("--summary", "never", helper("write_bytes"), 1, 100, self.file("one", lines[1]), 2, 130,
                             self.file("two", lines[2]), stderr=subprocess.STDOUT)
        self.assertEqual(len(ended.out), len(lines[1]) + len(lines[2]))
        log = decode(self.log())
        self.assertEqual((log.out, log.err), (lines[1], lines[2]))

    def test_whole_lines_in_one_pipe_stay_whole(self):
        line = 'for i in 1 2 3 4 5 6 7 8 9; do echo "out $i"; echo "err $i" >&2; done'
        ended = self.oversee("--summary", "never", "-c", line, stderr=subprocess.STDOUT)
        lines = ended.out.decode().splitlines()
        for stream in ("out", "err"):
            found = [each for each in lines if each.startswith(stream)]
            self.assertEqual(found, [f"{stream} {i}" for i in range(1, 10)])

    def test_the_summary_line_comes_after_everything(self):
        ended = self.oversee("-c", "echo one; echo two >&2; printf three", stderr=subprocess.STDOUT)
        self.assertRegex(ended.out, rb"oversee: completed[^\n]*\n\Z")


class Live(OverseeCase):
    def test_output_is_shown_and_logged_while_the_command_lives(self):
        run = self.start(OVERSEE, "sh", "-c", "echo first; printf part; echo oops >&2; read x; echo last",
                         stdin=subprocess.PIPE)
        run.expect(b"first\npart")
        run.expect(b"oops\n", "err")
        for line in (r" +\d+\.\d{3} out\| first", r" +\d+\.\d{3} out: part", r" +\d+\.\d{3} err\| oops"):
            wait_until(lambda: re.search(f"(?m)^{line}$", self.log().decode()), f"{line} in the log")
        self.assertIsNone(run.process.poll())
        run.process.stdin.write(b"\n")
        run.process.stdin.close()
        self.assertEqual((run.finish().status, run.out), (0, b"first\npartlast\n"))

    def test_the_command_can_open_its_output_by_name(self):
        ended = self.oversee("--summary", "never", "sh", "-c", "echo a >/dev/stdout; echo b >/dev/stderr")
        self.assertEqual((ended.status, ended.out, ended.err), (0, b"a\n", b"b\n"))

    def test_a_pipe_that_does_not_block_is_left_so_and_loses_nothing(self):
        content = noise(3_000_000)
        source = self.file("source", content)
        for flags in (os.O_NONBLOCK, 0):
            with self.subTest(flags=flags):
                reader, writer = os.pipe()
                fcntl.fcntl(writer, fcntl.F_SETFL, fcntl.fcntl(writer, fcntl.F_GETFL) & ~os.O_NONBLOCK | flags)
                before = fcntl.fcntl(writer, fcntl.F_GETFL)
                run = self.start(OVERSEE, "cat", source, stdout=writer)
                self.assertEqual(os.read(reader, 1), content[:1])
                self.assertEqual(fcntl.fcntl(writer, fcntl.F_GETFL), before, "while it runs")
                got = bytearray(content[:1])
                while len(got) < len(content):
                    got += os.read(reader, 100_000)
                self.assertEqual(run.finish().status, 0)
                self.assertEqual(fcntl.fcntl(writer, fcntl.F_GETFL), before, "at its end")
                self.assertTrue(got == content)
                os.close(reader)
                os.close(writer)


if __name__ == "__main__":
    unittest.main()
