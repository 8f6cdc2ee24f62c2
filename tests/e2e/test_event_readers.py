"""Slow, stalled, exited and full readers of --events: they neither delay nor change a run."""

import json
import socket
import threading
import unittest
from subprocess import PIPE

from event_stream import EventsCase, Pipe, bytes_of
from harness import BOUND, OVERSEE, wait_until


class Readers(EventsCase):
    SIZE = 20_000_000

    def test_one_that_never_reads(self):
        pipe = Pipe(self)
        with open(self.work / "shown", "wb") as shown:
            run = self.start_with(pipe, "--max-output", "none", "sh", "-c", f"yes | head -c {self.SIZE}; exit 4",
                                  stdout=shown)
            ended = run.finish()
        self.assertEqual(ended.status, 4)
        self.assertEqual((self.work / "shown").stat().st_size, self.SIZE)
        summary = self.assert_summary(status="failed", exit_code=4, exit_status=4)
        self.assertEqual(summary["attempts"][0]["stdout"]["bytes"], self.SIZE)
        self.assertTrue(summary["log"]["complete"])
        events = summary["events"]
        self.assertFalse(events["complete"])
        self.assertIn("its reader did not take", events["error"])
        self.assertLess(ended.seconds * 1000 - summary["duration_ms"], 5000, "a moment at the end, no more")
        self.assert_nothing_left(run)
        lines = pipe.rest().split(b"\n")
        got = self.events(b"\n".join(lines[:-1]) + b"\n")
        self.assertLessEqual(len(bytes_of(got, "stdout")) + events["dropped_bytes"], self.SIZE)
        self.assertGreater(events["dropped_bytes"], self.SIZE // 2)
        self.assertGreater(events["dropped_events"], 0)

    def test_control_one_that_reads_it_all_gets_it_all(self):
        pipe = Pipe(self)
        got = []
        run = self.start_with(pipe, "--summary", "never", "seq", "20000")
        reader = threading.Thread(target=lambda: got.append(pipe.rest()))
        reader.start()
        self.assertEqual(run.finish().status, 0)
        reader.join(BOUND)
        events = self.events(got[0])
        self.assert_complete(events)
        self.assertEqual(bytes_of(events, "stdout"), run.out)

    def test_one_that_comes_back_is_told_what_it_missed(self):
        pipe = Pipe(self)
        line = f"yes | head -c {self.SIZE}; echo done >&2; while read x; do echo again; done"
        with open(self.work / "shown", "wb") as shown:
            run = self.start_with(pipe, "sh", "-c", line, stdin=PIPE, stdout=shown)
            run.expect(b"done\n", "err")
            data = bytearray()

            def read_all():
                with open(pipe.reader, "rb", closefd=False) as lines:
                    while more := lines.read1(1 << 16):
                        data.extend(more)

            reader = threading.Thread(target=read_all)
            reader.start()

            def again():
                run.process.stdin.write(b"\n")
                run.process.stdin.flush()
                return b'"text":"again\\n' in data

            wait_until(again, "an event after the gap")
            run.process.stdin.close()
            self.assertEqual(run.finish().status, 0)
            reader.join(BOUND)
        events = self.events(bytes(data))
        summary = self.assert_agree(events)
        self.assertNotIn("error", summary["events"])
        gaps = [each["dropped"] for each in events if "dropped" in each]
        total = {key: sum(each[key] for each in gaps) for key in ("events", "bytes")}
        self.assertEqual(events[-1]["dropped_total"], total)
        self.assertGreater(total["bytes"], 0)
        written = sum(summary["attempts"][0][stream]["bytes"] for stream in ("stdout", "stderr"))
        self.assertEqual(len(bytes_of(events, "stdout") + bytes_of(events, "stderr")) + total["bytes"], written)

    def test_one_that_was_never_there(self):
        for status in (0, 3):
            with self.subTest(status=status):
                pipe = Pipe(self)
                pipe.close_reader()
                run = self.start_with(pipe, "--json", "own.json", "--summary", "never", "sh", "-c",
                                      f"seq 100000; exit {status}")
                ended = run.finish()
                self.assertEqual((ended.status, ended.err), (status, b""))
                self.assertEqual(ended.out.count(b"\n"), 100000)
                events = json.loads((self.work / "own.json").read_bytes())["events"]
                self.assertEqual((events["complete"], events["error"]), (False, "Broken pipe"))

    def test_one_that_leaves_in_the_middle(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.work / "socket"))
            listener.listen()
            run = self.start(OVERSEE, "--events", "unix:socket", "--summary", "never", "sh", "-c",
                             "read x; seq 100000; exit 3", stdin=PIPE)
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as lines:
                self.assertEqual(json.loads(lines.readline())["event"], "started")
            connection.close()
            run.process.stdin.close()
            ended = run.finish()
        self.assertEqual((ended.status, ended.err), (3, b""))
        self.assertEqual(ended.out.count(b"\n"), 100000)
        summary = self.assert_summary(exit_status=3)
        self.assertIn(summary["events"]["error"], ("Broken pipe", "Connection reset by peer"))
        self.assertTrue(summary["log"]["complete"])

    def test_a_full_disk_is_warned_of_and_costs_no_status(self):
        ended = self.oversee("--events", "/dev/full", "--summary", "never", "echo", "hi")
        self.assertEqual((ended.status, ended.out), (0, b"hi\n"))
        self.assertRegex(ended.err.decode(), r"\Aoversee: warning: cannot write the events: /dev/full: .*\n\Z")
        events = self.summary()["events"]
        self.assertEqual((events["complete"], events["error"]), (False, "No space left on device"))
        self.assertEqual(events["dropped_bytes"], 3)


if __name__ == "__main__":
    unittest.main()
