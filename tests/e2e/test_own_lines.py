"""An unread stderr: oversee's own lines delay no deadline, no signal and not its exit."""

import fcntl
import json
import os
import re
import signal
import unittest
import uuid

from harness import OVERSEE, OverseeCase, wait_until

PAGE = 4096

# The time that the manual promises with a reader that reads nothing, and the slack for a loaded machine.
PROMISED = 1.0
SLACK = 5.0

LIMIT = 0.6

# Forty lines of 390 bytes: the digest of twenty is more than a pipe takes in one write (PIPE_BUF).
MUCH = 'for i in 1 2 3 4; do for j in 0 1 2 3 4 5 6 7 8 9; do printf "%0390d\\n" $i$j; done; done; '

# After writing, each command creates a file and stays.
STAYS = ': > "$READY"; exec sleep 50'

# Each kind of line: the flags that cause it, and the shell line that runs before.
KINDS = {
    "digest": (["--show", "never"], MUCH),
    "summary": (["--show", "never", "--digest", "never", "--summary", "always"], ""),
    "digest of live output": (["--digest", "always"], MUCH),
    "slow": (["-q", "--slow-after", "50ms"], ""),
    "heartbeat": (["--show", "never", "--heartbeat", "20ms"], ""),
    "heartbeat beside output": (["--heartbeat", "20ms"], MUCH),
    "verbose": (["-v", "--show", "never"], ""),
    "warning": (["-l", "/dev/full", "--show", "never"], MUCH),
    "github": (["--ci", "github"], MUCH),
    "teamcity": (["--ci", "teamcity", "--show", "never"], MUCH),
    "retry": (["--show", "never", "-r", "9", "-d", "0"], '[ "$OVERSEE_ATTEMPT" -gt 4 ] || exit 1; '),
}


def full_pipe(case, room):
    """A pipe of the usual size with this much room, in whole pages; it is not read."""
    reader, writer = os.pipe()
    case.addCleanup(os.close, reader)
    held = bytes(fcntl.fcntl(writer, fcntl.F_GETPIPE_SZ) - room)
    os.write(writer, held)
    return reader, writer, held


def take_all(reader):
    """Everything in the pipe now, or until its end."""
    taken = b""
    os.set_blocking(reader, False)
    try:
        while piece := os.read(reader, 1 << 20):
            taken += piece
    except BlockingIOError:
        pass
    return taken


class Stalled(OverseeCase):
    def start_stalled(self, room, *arguments, **options):
        """A run whose stderr has this much room and is not read; its stdout is."""
        reader, writer, held = full_pipe(self, room)
        run = self.start(*arguments, stderr=writer, **options)
        os.close(writer)
        run.stalled = reader
        run.held = held
        return run

    def start_kind(self, kind, room, *flags):
        arguments, before = KINDS[kind]
        ready = self.work / f"ready-{uuid.uuid4()}"
        record = ready.with_suffix(".json")
        run = self.start_stalled(room, OVERSEE, "--json", record, *arguments, *flags, "sh", "-c", before + STAYS,
                                 env={"READY": str(ready)})
        run.ready = ready
        run.record = record
        return run

    def assert_whole_lines(self, run):
        """The pipe contains only whole lines."""
        said = take_all(run.stalled)[len(run.held):]
        self.assertTrue(not said or said.endswith(b"\n"), said[-300:])
        return said

    def document(self, run):
        return json.loads(run.record.read_bytes())

    def test_the_deadline_and_the_end_hold(self):
        for kind in KINDS:
            runs = [(room, self.start_kind(kind, room, "-t", f"{LIMIT}s", "-T", f"{LIMIT}s")) for room in (0, PAGE)]
            for room, run in runs:
                with self.subTest(kind=kind, room=room):
                    ended = run.finish()
                    self.assertEqual(ended.status, 124)
                    self.assertLess(ended.seconds, LIMIT + PROMISED + SLACK)
                    self.assert_nothing_left(run)
                    self.assert_whole_lines(run)
                    own = self.document(run).get("own_lines", {"dropped_lines": 0})
                    if room == 0:
                        self.assertGreater(own["dropped_lines"], 0)

    def test_one_signal_is_enough(self):
        for kind in KINDS:
            runs = [(room, number, self.start_kind(kind, room))
                    for room in (0, PAGE) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]
            for _, _, run in runs:
                wait_until(run.ready.exists, "the command")
            runs[0][2].anything_left(within=0.1)  # some notices, where they are asked for
            for _, number, run in runs:
                run.signal(number)
            for room, number, run in runs:
                with self.subTest(kind=kind, room=room, signal=number):
                    ended = run.finish(within=PROMISED + SLACK)
                    self.assertEqual(ended.status, -number)
                    self.assert_nothing_left(run)
                    self.assert_whole_lines(run)

    def test_a_failure_without_a_limit_ends(self):
        runs = [(room, flags, self.start_stalled(room, OVERSEE, *flags, "sh", "-c", MUCH + "exit 3"))
                for room in (0, PAGE) for flags in (["--show", "never"], ["--ci", "github"], ["--digest", "always"])]
        for room, flags, run in runs:
            with self.subTest(room=room, flags=flags):
                ended = run.finish(within=PROMISED + SLACK)
                self.assertEqual(ended.status, 3)
                self.assert_whole_lines(run)

    def test_a_signal_while_the_end_waits_changes_nothing(self):
        run = self.start_stalled(0, OVERSEE, "--show", "never", "sh", "-c", MUCH + "exit 3")
        records = lambda: b"".join(each.read_bytes() for each in self.records.glob("*.json"))
        wait_until(lambda: re.search(rb'"status":\s*"failed"', records()), "the end of the run")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish(within=PROMISED + SLACK).status, 3)

    def test_notices_cost_no_time(self):
        """Takes the best of a few runs: load delays some of them, not all."""
        for flags in (["--show", "never", "--heartbeat", "50ms"], ["-q", "--slow-after", "50ms"]):
            with self.subTest(flags=flags):
                runs = [self.start_stalled(0, OVERSEE, *flags, "-t", "1500ms", "sleep", "50") for _ in range(5)]
                self.assertLess(min(run.finish().seconds for run in runs), 1.5 + 0.9)

    def test_status_that_is_asked_for(self):
        for room in (0, PAGE):
            with self.subTest(room=room):
                run = self.start_stalled(room, OVERSEE, "--sigusr1", "status", "sh", "-c", "echo ready; exec sleep 50")
                run.expect(b"ready\n")
                for _ in range(200):
                    run.signal(signal.SIGUSR1)
                run.signal(signal.SIGTERM)
                self.assertEqual(run.finish(within=PROMISED + SLACK).status, -signal.SIGTERM)
                self.assert_whole_lines(run)

    def test_many_retries_keep_memory_and_signals(self):
        """Each retry prints a line; the queue is bounded."""
        run = self.start_stalled(0, OVERSEE, "--show", "never", "--no-log", "-r", "10000", "-d", "0", "sh", "-c",
                                 ": > more; exit 1")
        for _ in range(20):
            (self.work / "more").unlink(missing_ok=True)
            wait_until((self.work / "more").exists, "another attempt")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.finish(within=PROMISED + SLACK).status, -signal.SIGTERM)
        self.assertGreater(self.summary()["own_lines"]["dropped_lines"], 10)

    def test_one_place_for_both_streams(self):
        for room in (0, PAGE):
            with self.subTest(room=room):
                reader, writer, _ = full_pipe(self, room)
                run = self.start(OVERSEE, "-t", f"{LIMIT}s", "--show", "never", "sh", "-c", MUCH + "sleep 50",
                                 stdout=writer, stderr=writer)
                os.close(writer)
                ended = run.finish(within=LIMIT + PROMISED + SLACK)
                self.assertEqual(ended.status, 124)
                self.assertTrue(reader)

    def test_repeat(self):
        runs = [(room, flags, self.start_stalled(room, OVERSEE, "--repeat", "6", *flags, "--show", "never", "sh", "-c",
                                                 "exit 3"))
                for room in (0, PAGE) for flags in ([], ["--jobs", "3"])]
        for room, flags, run in runs:
            with self.subTest(room=room, flags=flags):
                # The runs are sequential, and each waits for the reader.
                self.assertEqual(run.finish(within=7 * PROMISED + SLACK).status, 3)

    def test_one_signal_ends_a_repeat(self):
        for room in (0, PAGE):
            with self.subTest(room=room):
                run = self.start_stalled(room, OVERSEE, "--repeat", "100000", "--show", "never", "sh", "-c",
                                         MUCH + ': > "$READY"; exit 3', env={"READY": str(self.work / "ready")})
                wait_until((self.work / "ready").exists, "a run")
                run.signal(signal.SIGTERM)
                self.assertEqual(run.finish(within=2 * PROMISED + SLACK).status, -signal.SIGTERM)
                self.assert_nothing_left(run)
                (self.work / "ready").unlink()

    def test_refusals_and_verbs_end(self):
        lines = "".join(f"[profile.p{i}]\ntimeout = \"x{'y' * 60}\"\n" for i in range(100))
        self.file("oversee.toml", lines)
        refused = (["--timeout", "-3", "true"], ["--no-such-flag"], [], ["check"], ["show", "nothing"], ["serve"],
                   ["-C", "/nowhere", "true"], ["--config", "/nowhere", "true"])
        for room in (0, PAGE):
            runs = [(words, self.start_stalled(room, OVERSEE, *words)) for words in refused]
            for words, run in runs:
                with self.subTest(room=room, words=words):
                    ended = run.finish(within=PROMISED + SLACK)
                    self.assertEqual(ended.status, 125, ended.out[-300:])
                    said = self.assert_whole_lines(run)
                    if room:
                        self.assertIn(b"oversee", said)


class Read(OverseeCase):
    """The reader reads after all, and the lines are the same as ever."""

    FAILS = MUCH + "exit 3"

    def masked(self, text):
        return re.sub(rb"\d{8}-\d{6}-[a-z2-7]{4}|after \d+m?s", b"_", text)

    def test_a_reader_that_comes_late_gets_every_byte(self):
        plain = self.oversee("--show", "never", "sh", "-c", self.FAILS)
        for room in (0, PAGE):
            with self.subTest(room=room):
                reader, writer, held = full_pipe(self, room)
                run = self.start(OVERSEE, "--show", "never", "sh", "-c", self.FAILS, stderr=writer)
                os.close(writer)
                run.anything_left(within=0.3)
                with open(os.dup(reader), "rb") as pipe:
                    said = pipe.read()[len(held):]
                self.assertEqual(run.finish().status, 3)
                self.assertEqual(self.masked(said), self.masked(plain.err))
        for record in self.records.glob("*.json"):
            self.assertNotIn(b"own_lines", record.read_bytes())

    def test_a_reader_of_small_bites_gets_every_byte(self):
        plain = self.oversee("--show", "never", "sh", "-c", self.FAILS)
        reader, writer, held = full_pipe(self, 0)
        run = self.start(OVERSEE, "--show", "never", "sh", "-c", self.FAILS, stderr=writer)
        os.close(writer)
        said = b""
        while piece := os.read(reader, 2000):
            said += piece
            run.anything_left(within=0.01)
        self.assertEqual(run.finish().status, 3)
        self.assertEqual(self.masked(said[len(held):]), self.masked(plain.err))

    def test_lines_stand_between_those_of_the_command(self):
        """The command's stderr and oversee's lines are one stream, in which no line is cut."""
        line = 'i=0; while [ $i -lt 400 ]; do printf "%0990d\\n" $i >&2; i=$((i+1)); done; sleep 0.3; exit 3'
        reader, writer, _ = full_pipe(self, PAGE)
        take_all(reader)
        os.set_blocking(reader, True)
        run = self.start(OVERSEE, "-v", "--heartbeat", "20ms", "--digest", "always", "sh", "-c", line, stderr=writer)
        os.close(writer)
        said = b""
        while piece := os.read(reader, 3000):
            said += piece
        self.assertEqual(run.finish().status, 3)
        numbers = [int(each) for each in said.split(b"\n") if re.fullmatch(rb"\d{990}", each)]
        self.assertEqual(numbers, list(range(400)))
        for each in said.split(b"\n"):
            self.assertRegex(each, rb"^(\d{990}|oversee: .*|  \| \d+\.*|)$")
        self.assertTrue(said.splitlines()[-1].startswith(b"oversee: failed: exit 3"), said[-300:])

    def test_the_description_is_left_as_it_was(self):
        for nonblocking in (False, True):
            with self.subTest(nonblocking=nonblocking):
                _, writer, _ = full_pipe(self, 0)
                os.set_blocking(writer, not nonblocking)
                before = fcntl.fcntl(writer, fcntl.F_GETFL)
                run = self.start(OVERSEE, "--show", "never", "sh", "-c", self.FAILS, stderr=writer)
                wait_until(lambda run=run: fcntl.fcntl(writer, fcntl.F_GETFL) != before
                           or run.process.poll() is not None, "the end")
                self.assertEqual(run.finish().status, 3)
                self.assertEqual(fcntl.fcntl(writer, fcntl.F_GETFL), before)
                os.close(writer)

    def test_stderr_on_a_full_disk_fails_nothing_that_the_command_did_not_write(self):
        with open("/dev/full", "wb") as full:
            ended = self.oversee("-v", "--heartbeat", "10ms", "--summary", "always", "sleep", "0.2", stderr=full)
            self.assertEqual(ended.status, 0)
            ended = self.oversee("-v", "sh", "-c", "echo lost >&2", stderr=full)
            self.assertEqual(ended.status, 125)


if __name__ == "__main__":
    unittest.main()
