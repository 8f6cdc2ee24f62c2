"""A disk that stalls while oversee writes to it: the deadline holds, signals are handled, the verdict is true and names
the stuck file; a hanging file system that is needed before the command starts is reported in time."""

import signal
import unittest
import uuid

from harness import BOUND, OVERSEE, OverseeCase, is_gone, wait_until
from hung_files import hung_files
from stalled_disk import stalled_disk

# Seconds that a stuck file may delay the end of a run on a loaded machine.
LATE = 10

TICKS = "while :; do echo tick; sleep .05; done"


class Stalled(OverseeCase):
    """The log and the record are on a disk that stalls while the command runs."""

    def setUp(self):
        super().setUp()
        self.disk = stalled_disk(self)

    def start_ticks(self, *options, line=TICKS):
        run = self.start(OVERSEE, *options, "sh", "-c", line, env={"TMPDIR": str(self.disk.place)})
        run.expect(b"tick")
        self.disk.stall()
        return run

    def test_the_deadline_holds(self):
        run = self.start_ticks("-t", "1500ms", "-k", "200ms")
        ended = run.finish()
        self.assertEqual(ended.status, 124)
        self.assertLess(ended.seconds, LATE)
        self.assertRegex(ended.err, rb"timed out after 1\.[5-9]")
        self.assertRegex(ended.err, rb"cannot write .*" + str(self.disk.place).encode() + rb"/oversee-0/[^ ]*")
        self.assert_nothing_left(run)

    def test_one_signal_is_enough(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number=number):
                run = self.start_ticks("-k", "200ms")
                run.signal(number)
                ended = run.finish()
                self.assertEqual(ended.status, -number)
                self.assertLess(ended.seconds, LATE)
                self.assert_nothing_left(run)
                self.disk.go_on()

    def test_a_kill_of_the_front_leaves_nothing(self):
        """Except the guard, which completes the record, and the writer of the log: they wait until the disk continues."""
        run = self.start_ticks(line="echo $$; " + TICKS)
        command = int(run.expect_match(rb"(\d+)\n")[1])
        run.signal(signal.SIGKILL)
        self.assertEqual(run.finish().status, -signal.SIGKILL)
        wait_until(lambda: is_gone(command), "the command's end")
        self.disk.go_on()
        self.assert_nothing_left(run)

    def test_its_readers_see_the_end_of_the_output(self):
        """The hanging process holds none of oversee's own streams open."""
        run = self.start(OVERSEE, "-t", "1s", "-k", "100ms", "sh", "-c", TICKS, env={"TMPDIR": str(self.disk.place)})
        run.expect(b"tick")
        self.disk.stall()
        run.finish()
        run.process.stdout.close()
        self.assertFalse(run.anything_left(within=BOUND), "the lifeline of the tree is closed")

    def test_the_commands_own_status_is_kept(self):
        run = self.start(OVERSEE, "sh", "-c", "echo tick; read go; exit 3", env={"TMPDIR": str(self.disk.place)}, stdin=-1)
        run.expect(b"tick")
        self.disk.stall()
        run.process.stdin.write(b"go\n")
        run.process.stdin.close()
        ended = run.finish()
        self.assertEqual(ended.status, 3)
        self.assertLess(ended.seconds, LATE)

    def test_a_log_of_the_users_own(self):
        log = self.disk.place / "own.log"
        run = self.start(OVERSEE, "-t", "1s", "-k", "100ms", "-l", log, "sh", "-c", TICKS)
        run.expect(b"tick")
        self.disk.stall()
        ended = run.finish()
        self.assertEqual(ended.status, 124)
        self.assertLess(ended.seconds, LATE)
        self.assertIn(str(log).encode(), ended.err)
        self.assertFalse(self.summary()["log"]["complete"])

    def test_what_was_shown_is_in_the_log_when_the_disk_goes_on(self):
        run = self.start_ticks("-t", "1s", "-k", "100ms")
        shown = run.finish().out
        self.disk.go_on()
        record = self.disk.place / "oversee-0"
        log = next(record.glob("*.log"))
        wait_until(lambda: log.read_bytes().count(b"tick") >= shown.count(b"tick"), "what was shown is in the log")


class Places(OverseeCase):
    """Every other file that is written while the command runs is on the disk that stalls."""

    # More than what is kept in memory, again and again.
    FLOOD = "while :; do head -c 200000 /dev/zero | tr '\\0' x; echo; : > $UP; sleep 0.05; done"

    def setUp(self):
        super().setUp()
        self.disk = stalled_disk(self, size="512M")

    def places(self):
        """By name: the options, and the files for stdout and stderr."""
        file = self.disk.place / "file"
        return {
            "stdout": ([], {"stdout": f"{file}-out"}),
            "stderr": (["--heartbeat", "10ms"], {"stderr": f"{file}-err"}),
            "both": (["--heartbeat", "10ms"], {"stdout": f"{file}-both", "stderr": f"{file}-both"}),
            "events": (["--events", f"{file}-events"], {}),
            "copy": (["--stdout-file", f"{file}-copy"], {}),
            "scratch": (["-q", "--no-log"], {"env": {"TMPDIR": str(self.disk.place)}}),
            "final": (["--only-final", "-r", "1", "--no-log"], {"env": {"TMPDIR": str(self.disk.place)}}),
            "spill": (["--max-output", "100KiB", "--on-overflow", "spill"], {"env": {"TMPDIR": str(self.disk.place)}}),
        }

    def start_at(self, options, streams, *limits):
        opened = {name: open(path, "ab") for name, path in streams.items() if name != "env"}
        up = self.work / f"up-{uuid.uuid4()}"
        run = self.start(OVERSEE, *limits, *options, "sh", "-c", self.FLOOD, **opened,
                         env={"UP": str(up), **streams.get("env", {})})
        for each in opened.values():
            each.close()
        run.up = up
        return run

    def start_all(self, *limits):
        """A run for each place, all of them under way when the disk stalls."""
        runs = {name: self.start_at(options, streams, *limits) for name, (options, streams) in self.places().items()}
        for run in runs.values():
            wait_until(run.up.exists, "the command")
        self.disk.stall()
        return runs

    def assert_ended(self, runs, status):
        for name, run in runs.items():
            with self.subTest(place=name):
                ended = run.finish()
                self.assertEqual(ended.status, status, ended.err)
        self.disk.go_on()
        for run in runs.values():
            self.assert_nothing_left(run)

    def test_the_deadline_holds(self):
        self.assert_ended(self.start_all("-t", "3s", "-k", "200ms"), 124)

    def test_one_signal_is_enough(self):
        runs = self.start_all("-k", "200ms")
        for run in runs.values():
            run.signal(signal.SIGTERM)
        self.assert_ended(runs, -signal.SIGTERM)


class Refused(OverseeCase):
    """A file system hangs before the command starts: 125 with a message, or the deadline."""

    def setUp(self):
        super().setUp()
        self.hung = hung_files(self)

    def test_each_file_that_a_run_is_told_of(self):
        file = str(self.hung.place / "file")
        for options in (("-l", file), ("--json", file), ("--junit", file), ("--stdin", file), ("--env-file", file),
                        ("--stdout-file", file), ("--script", file), ("--config", file), ("--events", file)):
            with self.subTest(options=options):
                words = (OVERSEE, "-t", "1s", "-k", "100ms", *options)
                run = self.start(*words, *(() if "--script" in options else ("true",)))
                ended = run.finish()
                self.assertIn(ended.status, (124, 125), ended.err)
                self.assertLess(ended.seconds, LATE)
                self.assertIn(file.encode(), ended.err)
                self.assertIn(b"does not answer", ended.err)

    def test_its_directory(self):
        run = self.start(OVERSEE, "-t", "1s", "-k", "100ms", "-C", self.hung.place / "directory", "true")
        ended = run.finish()
        self.assertIn(ended.status, (124, 125), ended.err)
        self.assertLess(ended.seconds, LATE)

    def test_the_temporary_directory(self):
        run = self.start(OVERSEE, "-t", "1s", "-k", "100ms", "true", env={"TMPDIR": str(self.hung.place)})
        ended = run.finish()
        self.assertEqual(ended.status, 125)
        self.assertLess(ended.seconds, LATE)

    def test_a_signal_ends_the_wait(self):
        run = self.start(OVERSEE, "-l", self.hung.place / "file", "true")
        wait_until(lambda: self.hung.hanging, "somebody hangs in the file system")
        run.signal(signal.SIGTERM)
        ended = run.finish()
        self.assertEqual(ended.status, -signal.SIGTERM)
        self.assertLess(ended.seconds, LATE)


if __name__ == "__main__":
    unittest.main()
