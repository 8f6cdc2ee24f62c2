"""--events: its contents and timing, its agreement with the summary, and its destinations."""

import fcntl
import json
import os
import random
import signal
import socket
import unittest
from subprocess import PIPE

import jsonschema

from event_stream import VALIDATOR, EventsCase, Pipe, bytes_of
from harness import OVERSEE, helper, parse_state


class Lines(EventsCase):
    """The contents of events."""

    def test_control_the_schema_refuses_what_is_wrong(self):
        _, events = self.run_with_file("echo", "hi")
        for index, change in ((0, {"schema": 2}), (1, {"pid": "7"}), (2, {"base64": "aGk="}), (2, {"more": 1}),
                              (3, {"result": {}}), (4, {"time": "now"}), (4, {"event": "ended"})):
            with self.subTest(change=change), self.assertRaises(jsonschema.ValidationError):
                VALIDATOR.validate(events[index] | change)

    def test_a_success(self):
        ended, events = self.run_with_file("--name", "greeting", "sh", "-c", "echo hi; exit 0")
        self.assertEqual((ended.status, ended.out), (0, b"hi\n"))
        self.assertEqual(self.kinds(events), ["started", "attempt_started", "stdout", "attempt_finished", "finished"])
        self.assertEqual([each["attempt"] for each in events], [0, 1, 1, 1, 1])
        self.assertEqual(events[0]["log"], str(self.the_only(".log")))
        self.assertEqual(events[2]["text"], "hi\n")
        summary = self.assert_complete(events)
        self.assertEqual(summary["events"], {"destination": str(self.work / "events.jsonl"), "complete": True,
                                             "dropped_events": 0, "dropped_bytes": 0})

    def test_the_commands_pid(self):
        _, events = self.run_with_file("sh", "-c", "echo $$")
        self.assertEqual(int(events[2]["text"]), events[1]["pid"])

    def test_each_signal_of_a_stop(self):
        _, events = self.run_with_file("-t", "200ms", "--stop", "TERM:200ms,KILL", helper("ignore_term"), 0)
        stops = [(each["status"], each["signal"]) for each in events if each["event"] == "stopping"]
        self.assertEqual(stops, [("timed_out", "TERM"), ("timed_out", "KILL")])
        self.assertEqual(self.assert_complete(events)["status"], "timed_out")

    def test_a_command_that_cannot_be_run(self):
        ended, events = self.run_with_file("no-such-command")
        self.assertEqual(ended.status, 127)
        self.assertEqual(self.kinds(events), ["started", "attempt_finished", "finished"])
        self.assertEqual([each["attempt"] for each in events], [0, 1, 1])
        self.assert_complete(events)

    def test_a_cancel(self):
        pipe = Pipe(self)
        run = self.start_with(pipe, "sleep", "99")
        with open(pipe.reader, "rb", closefd=False) as lines:
            first = [lines.readline(), lines.readline()]
            run.signal(signal.SIGTERM)
            self.assertEqual(run.finish().status, -signal.SIGTERM)
            events = self.events(b"".join(first) + lines.read())
        self.assertEqual(self.kinds(events)[2:], ["stopping", "attempt_finished", "finished"])
        self.assertEqual((events[2]["status"], events[2]["signal"]), ("cancelled", "TERM"))
        self.assert_complete(events)

    def test_without_a_log_there_is_output_all_the_same(self):
        ended, events = self.run_with_file("--no-log", "echo", "hi")
        self.assertEqual((ended.out, bytes_of(events, "stdout")), (b"hi\n", b"hi\n"))
        self.assertIsNone(events[0]["log"])
        self.assert_complete(events)

    def test_what_is_held_back_on_the_screen_is_told_at_once(self):
        ended, events = self.run_with_file("-q", "echo", "hi")
        self.assertEqual((ended.out, ended.err, bytes_of(events, "stdout")), (b"", b"", b"hi\n"))
        self.assert_complete(events)

    def test_notices(self):
        for kind, flag in (("slow", "--slow-after"), ("heartbeat", "--heartbeat")):
            with self.subTest(kind=kind):
                pipe = Pipe(self)
                run = self.start_with(pipe, flag, "50ms", "cat", stdin=PIPE)
                with open(pipe.reader, "rb", closefd=False) as lines:
                    data = b"".join(lines.readline() for _ in range(4))
                    run.process.stdin.close()
                    self.assertEqual(run.finish().status, 0)
                    events = self.events(data + lines.read())
                self.assertEqual(self.kinds(events)[2:4], [kind, kind])
                self.assertGreaterEqual(events[2]["elapsed_ms"], 50)
                self.assertGreaterEqual(events[2]["silent_ms"], 50)

    def test_they_come_as_it_happens(self):
        pipe = Pipe(self)
        run = self.start_with(pipe, "sh", "-c", "echo up; read x; echo $x", stdin=PIPE)
        with open(pipe.reader, "rb", closefd=False) as lines:
            first = [lines.readline() for _ in range(3)]
            self.assertEqual(json.loads(first[2])["text"], "up\n")
            self.assertIsNone(run.process.poll())
            run.process.stdin.write(b"on\n")
            run.process.stdin.flush()
            self.assertEqual(run.finish().status, 0)
            events = self.events(b"".join(first) + lines.read())
        self.assertEqual(bytes_of(events, "stdout"), b"up\non\n")
        self.assert_complete(events)


class Bytes(EventsCase):
    """The output can be restored from events."""

    def test_any_bytes_of_both_streams(self):
        rng = random.Random(7)
        mixed = b"".join(rng.choice([b"plain text\n", "grüße 😀 €".encode(), bytes(rng.randbytes(5)), b"\0\x1b[m\r\n"])
                         for _ in range(20000))
        text = "ümläut €uro 😀\n".encode() * 20000
        for chunk in (3, 1000, 65536):
            with self.subTest(chunk=chunk):
                ended, events = self.run_with_file(
                    "--summary", "never", helper("write_bytes"), 1, chunk, self.file("mixed", mixed[:chunk * 5000]),
                    2, chunk, self.file("text", text[:chunk * 5000]))
                self.assertEqual(ended.status, 0)
                self.assertEqual(bytes_of(events, "stdout"), mixed[:chunk * 5000])
                self.assertEqual(bytes_of(events, "stderr"), text[:chunk * 5000])

    def test_text_stays_text_wherever_it_is_cut(self):
        text = "ümläut €uro 😀\n".encode() * 500
        _, events = self.run_with_file(helper("write_bytes"), 1, 1, self.file("text", text))
        self.assertEqual(bytes_of(events, "stdout"), text)
        self.assertEqual([each for each in events if "base64" in each], [])

    def test_lines_are_short_enough_for_those_who_read_lines(self):
        self.run_with_file("head", "-c", "1000000", "/dev/zero")
        lines = (self.work / "events.jsonl").read_bytes().split(b"\n")
        self.assertLess(max(len(line) for line in lines), 64 * 1024)


class Destinations(EventsCase):
    def test_a_file_is_emptied(self):
        self.file("events.jsonl", "old\n" * 10000)
        _, events = self.run_with_file("true")
        self.assert_complete(events)

    def test_a_file_of_the_shells(self):
        ended = self.run_plain("sh", "-c", f"{OVERSEE} --events fd:7 echo hi 7>events.jsonl")
        self.assertEqual(ended.status, 0)
        self.assert_complete(self.events((self.work / "events.jsonl").read_bytes()))

    def test_a_pipe(self):
        pipe = Pipe(self)
        self.assertEqual(self.start_with(pipe, "echo", "hi").finish().status, 0)
        self.assert_complete(self.events(pipe.rest()))

    def test_a_pipe_by_name(self):
        path = self.work / "pipe"
        os.mkfifo(path)
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as reader:
            self.assertEqual(self.oversee("--events", path, "echo", "hi").status, 0)
            self.assert_complete(self.events(reader.read()))

    def test_a_socket(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.work / "socket"))
            listener.listen()
            self.assertEqual(self.oversee("--events", "unix:socket", "echo", "hi").status, 0)
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as lines:
                self.assert_complete(self.events(lines.read()))

    def test_nothing_at_all(self):
        self.assertEqual(self.oversee("--events", "/dev/null", "echo", "hi").status, 0)
        self.assertTrue(self.summary()["events"]["complete"])

    def test_a_variable_is_for_one_run(self):
        path = self.work / "events.jsonl"
        ended = self.oversee(helper("show_state"), env={"OVERSEE_EVENTS": str(path)})
        self.assertNotIn("OVERSEE_EVENTS", parse_state(ended.out)["env"])
        self.assert_complete(self.events(path.read_bytes()))

    def test_the_command_does_not_get_the_descriptor(self):
        pipe, other = Pipe(self), Pipe(self)
        line = f"for fd in {pipe.writer} {other.writer}; do test -e /proc/$$/fd/$fd && echo $fd; done; true"
        run = self.start(OVERSEE, "--events", pipe.name, "sh", "-c", line, pass_fds=(pipe.writer, other.writer))
        self.assertEqual(run.finish().out, f"{other.writer}\n".encode(), "only what is not for events passes through")

    def test_a_descriptor_that_does_not_block_stays_so_and_gets_all(self):
        pipe = Pipe(self)
        os.set_blocking(pipe.writer, False)
        writer = os.dup(pipe.writer)
        self.addCleanup(os.close, writer)
        flags = fcntl.fcntl(writer, fcntl.F_GETFL)
        run = self.start_with(pipe, "sh", "-c", "seq 30000; read x", stdin=PIPE)
        self.assertEqual(fcntl.fcntl(writer, fcntl.F_GETFL), flags)
        with open(pipe.reader, "rb", closefd=False) as lines:
            data = bytearray()
            while "\\n30000\\n" not in data.decode():
                data += lines.readline()
            run.process.stdin.close()
            run.finish()
            while b'"event":"finished"' not in data:
                data += lines.readline()
        self.assert_complete(self.events(bytes(data)))
        self.assertEqual(fcntl.fcntl(writer, fcntl.F_GETFL), flags)


if __name__ == "__main__":
    unittest.main()
