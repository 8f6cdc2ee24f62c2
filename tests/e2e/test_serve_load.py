"""oversee serve --stdio with many requests at once, and with a reader that is too slow."""

import collections
import json
import os
import resource
import select
import signal
import time
import unittest

from event_stream import bytes_of
from harness import BOUND, helper, is_gone, read_or_none, wait_until
from serve_client import PATIENCE, ServeCase

# With sanitizers a start takes twenty times as long.
REQUESTS = 200 if "SANITIZED" in os.environ else 1000
CROWD = 20 if "SANITIZED" in os.environ else 100


class Many(ServeCase):
    def test_a_thousand_requests_lose_none(self):
        client = self.client("--max-concurrent", "8")
        expected = {}
        bad = []
        lines = []
        for number in range(REQUESTS):
            name = f"r{number}"
            kind = number % 8
            if kind == 5:
                bad.append(number + 1)
                lines.append(b'{"id": "%s", "op": "run", "arg": []}' % name.encode())
                continue
            command, status = {0: (["true"], 0), 1: (["false"], 1), 2: (["sh", "-c", f"exit {number % 100}"], number % 100),
                               3: (["echo", name], 0), 4: (["sh", "-c", f"echo {name} >&2; exit 7"], 7),
                               6: ([helper("no_such_helper")], 127),
                               7: (["sh", "-c", "kill -KILL $$"], 137)}[kind]
            expected[name] = (status, command)
            lines.append(json.dumps({"id": name, "op": "run", "argv": command}).encode())
        client.write(b"\n".join(lines[:REQUESTS // 2]) + b"\n")
        # The client does not read while it writes, and need not: the answers are queued.
        end = time.monotonic() + PATIENCE
        while len([each for each in client.answers if each.get("reply") == "result"]) < REQUESTS // 10:
            client.read(end)
        client.ask({"id": "list", "op": "list"})
        client.write(b"\n".join(lines[REQUESTS // 2:]) + b"\n")
        self.assertEqual(client.finish(PATIENCE).status, 0)
        results = collections.Counter(each["id"] for each in client.answers if each.get("reply") == "result")
        self.assertEqual(results, collections.Counter(expected.keys()))
        self.assertEqual({each["id"]: each["exit_status"] for each in client.answers if each.get("reply") == "result"},
                         {name: status for name, (status, _) in expected.items()})
        self.assertEqual(len([each for each in client.answers if each.get("reply") == "accepted"]), len(expected))
        errors = [each for each in client.answers if each.get("reply") == "error"]
        self.assertEqual([each["line"] for each in errors], [line if line <= REQUESTS // 2 else line + 1 for line in bad])
        for name, (_, command) in expected.items():
            events = client.events(name)
            text = bytes_of(events, "stdout") + bytes_of(events, "stderr")
            wanted = f"{name}\n".encode() if name in " ".join(command) else b""
            # A client that gets no CPU time for long is a slow reader, and its output is dropped and counted.
            if client.result(name)["dropped_total"]["bytes"] == 0:
                self.assertEqual(text, wanted)
            else:
                self.assertEqual((text, client.result(name)["dropped_total"]["bytes"]), (b"", len(wanted)))
        self.assert_nothing_left(client.run)

    def test_a_hundred_live_at_once(self):
        gate, wait = self.gate()
        client = self.client("--max-concurrent", CROWD)
        names = [f"r{number}" for number in range(CROWD + 1)]
        for name in names:
            client.ask({"id": name, "op": "run", "shell": f"echo here; {wait}"})
        for name in names[:CROWD]:
            client.wait_for(name, event="stdout")
        client.ask({"id": "list", "op": "list"})
        listed = client.wait_for("list")
        self.assertEqual((listed["running"], listed["pending"], listed["ended"], listed["max_concurrent"]),
                         (names[:CROWD], names[CROWD:], 0, CROWD))
        gate.touch()
        self.assertEqual(client.finish(PATIENCE).status, 0)
        self.assertEqual({client.result(name)["status"] for name in names}, {"completed"})
        self.assert_nothing_left(client.run)

    def test_where_descriptors_are_short_fewer_live_at_once(self):
        client = self.client("--max-concurrent", "100",
                             prepare=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)))
        names = [f"r{number}" for number in range(40)]
        for name in names:
            client.ask_for_run(name, "sleep", "0.1")
        self.assertEqual(client.finish(PATIENCE).status, 0)
        self.assertEqual({client.result(name)["status"] for name in names}, {"completed"})

    def test_the_others_wait_in_their_order(self):
        gate, wait = self.gate()
        client = self.client("--max-concurrent", "1")
        client.ask({"id": "a", "op": "run", "shell": wait})
        client.ask_for_run("b", "true")
        client.ask_for_run("c", "true")
        client.wait_for("a", event="attempt_started")
        client.ask({"id": "s", "op": "status"}, {"id": "sb", "op": "status", "run": "b"})
        runs = client.wait_for("s")["runs"]
        self.assertEqual([(each["run"], each["state"], each["cancelled"]) for each in runs],
                         [("a", "running", False), ("b", "pending", False), ("c", "pending", False)])
        self.assertEqual((runs[0]["attempt"], runs[0]["run_id"]), (1, client.events("a")[0]["run_id"]))
        self.assertEqual(client.wait_for("sb")["runs"], [runs[1]])
        gate.touch()
        self.assertEqual(client.finish().status, 0)
        results = [each["id"] for each in client.answers if each.get("reply") == "result"]
        self.assertEqual(results, ["a", "b", "c"])

    def test_requests_from_a_file_and_answers_to_a_file(self):
        requests = self.file("requests", "".join(f'{{"id": "r{number}", "op": "run", "argv": ["echo", "{number}"]}}\n'
                                                 for number in range(20)))
        answers = self.work / "answers"
        with open(requests, "rb") as source, open(answers, "wb") as target:
            ended = self.oversee("serve", "--stdio", stdin=source, stdout=target)
        self.assertEqual(ended.status, 0)
        results = [each for each in map(json.loads, answers.read_bytes().splitlines()) if each.get("reply") == "result"]
        self.assertEqual({each["id"] for each in results}, {f"r{number}" for number in range(20)})


class SlowReaders(ServeCase):
    BYTES = 8 << 20

    def test_output_is_dropped_and_counted_and_nothing_else_is(self):
        marker = self.work / "written"
        client = self.client("--max-concurrent", "3")
        for name in "ab":
            client.ask({"id": name, "op": "run", "settings": {"no-log": True},
                        "shell": f"head -c {self.BYTES} /dev/zero | tr '\\0' x; echo {name} >> '{marker}'"})
        client.ask_for_run("c", "true")
        # The commands end although nothing is read.
        wait_until(lambda: len(read_or_none(marker) or b"") == 4, "both commands have written all")
        high_water = [line for line in (read_or_none(f"/proc/{client.run.pid}/status") or b"").splitlines()
                      if line.startswith(b"VmHWM")][0]
        if "SANITIZED" not in os.environ:
            self.assertLess(int(high_water.split()[1]), 32 * 1024)
        self.assertEqual(client.finish(PATIENCE).status, 0)
        for name in "ab":
            events = client.events(name)
            kinds = [each["event"] for each in events]
            self.assertEqual(kinds[:2] + kinds[-2:], ["started", "attempt_started", "attempt_finished", "finished"])
            told = [each["dropped"] for each in events if "dropped" in each]
            total = {key: sum(each[key] for each in told) for key in ("events", "bytes")}
            self.assertGreater(total["bytes"], 0)
            self.assertEqual(len(bytes_of(events, "stdout")) + total["bytes"], self.BYTES)
            self.assertEqual(events[-1]["dropped_total"], total)
            self.assertEqual(client.result(name)["dropped_total"], total)
        self.assertEqual(client.result("c")["dropped_total"], {"events": 0, "bytes": 0})

    def test_requests_are_no_longer_read(self):
        client = self.client()
        os.set_blocking(client.requests, False)
        line = b"no request at all\n" * 100
        sent = 0
        end = time.monotonic() + BOUND
        while select.select([], [client.requests], [], 1.0)[1]:
            self.assertLess(time.monotonic(), end, "the requests are read without an end")
            sent += os.write(client.requests, line)
        os.set_blocking(client.requests, True)
        self.assertEqual(client.finish().status, 0)
        self.assertEqual(len(client.answers), sent // 18 + (1 if sent % 18 else 0))

    def test_a_signal_does_not_wait_for_one_that_has_stalled(self):
        client = self.client("--max-concurrent", "2")
        for name in "ab":
            client.ask({"id": name, "op": "run", "argv": ["yes"], "settings": {"no-log": True}})
        client.ask({"id": "s", "op": "status"})
        pids = [each["pid"] for each in client.wait_for("s")["runs"]]
        client.run.signal(signal.SIGTERM)
        self.assertEqual(client.run.finish().status, -signal.SIGTERM)
        self.assertTrue(all(is_gone(pid) for pid in pids))
        self.assert_nothing_left(client.run)


if __name__ == "__main__":
    unittest.main()
