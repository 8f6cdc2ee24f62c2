"""oversee serve --stdio: requests as lines of JSON, and their answers."""

import collections
import os
import resource
import signal
import unittest

from event_stream import bytes_of
from harness import helper
from serve_client import PATIENCE, ServeCase


class Runs(ServeCase):
    def test_a_run_is_accepted_told_about_and_has_a_result(self):
        client = self.client()
        client.ask({"id": "r1", "op": "run", "argv": ["sh", "-c", "echo out; echo err >&2; exit 3"]})
        self.assertEqual(client.finish().status, 0)
        self.assertEqual(client.answers[0], {"id": "r1", "reply": "accepted", "line": 1})
        events = client.events("r1")
        kinds = [each["event"] for each in events]
        self.assertEqual(kinds[:2] + kinds[-2:], ["started", "attempt_started", "attempt_finished", "finished"])
        self.assertEqual((bytes_of(events, "stdout"), bytes_of(events, "stderr")), (b"out\n", b"err\n"))
        result = client.result("r1")
        self.assertEqual((result["status"], result["exit_code"], result["warnings"]), ("failed", 3, []))
        record = self.record(result["run_id"])
        for key in ("started_at", "finished_at", "duration_ms", "status", "reason", "summary", "exit_code", "signal",
                    "exit_status", "flaky"):
            self.assertEqual(result[key], record[key], key)
        self.assertEqual(result["log"], record["log"]["path"])
        self.assertEqual(client.run.err, b"")

    def test_requests_say_how_a_command_is_run(self):
        data = self.file("data", "from a file\n")
        script = self.file("script.sh", "#!/bin/sh\necho \"$1\"; pwd; cat\n", 0o755)
        client = self.client(env={"KEPT": "kept"})
        client.ask({"id": "shell", "op": "run", "shell": "echo \"$1\" $SET $KEPT", "args": ["a  b"], "env": {"SET": "set"},
                    "labels": {"k": "v"}, "name": "a name"},
                   {"id": "script", "op": "run", "script": str(script), "args": ["-x"], "directory": "/",
                    "stdin": str(data)},
                   {"id": "limited", "op": "run", "argv": ["sleep", "1000"], "timeout": "50ms"},
                   {"id": "seconds", "op": "run", "argv": ["sleep", "1000"], "timeout": 0.05},
                   {"id": "retried", "op": "run", "argv": ["false"], "settings": {"retries": 2, "delay": 0}},
                   {"id": "input", "op": "run", "argv": ["cat"]},
                   {"id": "silent", "op": "run", "argv": ["echo", "x"], "output": False})
        self.assertEqual(client.finish().status, 0)
        out = {name: bytes_of(client.events(name), "stdout") for name in ("shell", "script", "input", "silent")}
        self.assertEqual(out, {"shell": b"a  b set kept\n", "script": b"-x\n/\nfrom a file\n", "input": b"", "silent": b""})
        started = client.events("shell")[0]
        self.assertEqual((started["name"], started["labels"]), ("a name", {"k": "v"}))
        for name in ("limited", "seconds"):
            self.assertEqual(client.result(name)["status"], "timed_out")
        kinds = collections.Counter(each["event"] for each in client.events("retried"))
        self.assertEqual((kinds["attempt_finished"], kinds["retrying"]), (3, 2))
        self.assertEqual(client.events("silent")[-1]["event"], "finished")
        self.assertEqual(client.result("silent")["dropped_total"], {"events": 0, "bytes": 0})

    def test_a_settings_file_and_variables_count_but_not_those_of_one_run(self):
        self.file("oversee.toml", "[profile.p]\ncommand = [\"echo\", \"profile\"]\n")
        log = self.work / "one.log"
        client = self.client(env={"OVERSEE_RETRIES": "1", "OVERSEE_DELAY": "0", "OVERSEE_LOG": str(log),
                                  "OVERSEE_REPEAT": "3", "OVERSEE_SHOW": "live"})
        client.ask({"id": "p", "op": "run", "settings": {"profile": "p"}},
                   {"id": "f", "op": "run", "argv": ["false"]})
        self.assertEqual(client.finish().status, 0)
        self.assertEqual(bytes_of(client.events("p"), "stdout"), b"profile\n")
        self.assertEqual(len([each for each in client.events("f") if each["event"] == "attempt_finished"]), 2)
        self.assertFalse(log.exists())

    def test_what_its_oversee_refuses_is_an_error_and_what_it_warns_of_is_in_the_result(self):
        client = self.client()
        client.ask({"id": "a", "op": "run", "argv": ["true"], "timeout": "soon"},
                   {"id": "b", "op": "run", "argv": ["true"], "directory": "/nonexistent"},
                   {"id": "c", "op": "run", "argv": ["true"], "settings": {"kill-after": "9s", "total-timeout": "5s"}})
        self.assertEqual(client.finish().status, 0)
        self.assertEqual(client.replies("a"), ["accepted", "error"])
        self.assertRegex(client.error(1)["error"], "^--timeout: cannot read 'soon'; expected a duration")
        self.assertIn("/nonexistent", client.error(2)["error"])
        self.assertEqual(client.error(2)["id"], "b")
        self.assertEqual(len(client.result("c")["warnings"]), 1)
        self.assertIn("--kill-after", client.result("c")["warnings"][0])

    def test_long_arguments_come_through_and_too_many_are_an_error(self):
        long = "x" * 100_000
        client = self.client(prepare=lambda: resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, 1 << 20)))
        client.ask_for_run("one", "sh", "-c", "echo ${#1}", "sh", long)
        client.ask_for_run("many", "true", *[long] * 9)
        self.assertEqual(client.finish().status, 0)
        self.assertEqual(bytes_of(client.events("one"), "stdout"), b"100000\n")
        self.assertIn("more than the kernel takes", client.error(2)["error"])

    def test_a_killed_oversee_is_a_lost_run(self):
        client = self.client()
        client.ask_for_run("r", "sleep", "1000")
        client.wait_for("r", event="attempt_started")
        client.ask({"id": "s", "op": "status", "run": "r"})
        os.kill(client.wait_for("s")["runs"][0]["pid"], signal.SIGKILL)
        self.assertEqual(client.finish().status, 0)
        result = client.result("r")
        self.assertEqual((result["status"], result["reason"], result["exit_status"]), ("failed", "supervisor_lost", None))
        self.assert_nothing_left(client.run)


class BadRequests(ServeCase):
    def test_each_is_answered_and_the_service_goes_on(self):
        client = self.client()
        lines = [b"nope", b'{"id": "a", "op": "lst"}', b'{"id": "b", "op": "run", "argvs": ["true"]}',
                 b'{"id": "c", "op": "run", "argv": "true"}', b'{"id": "d", "op": "run", "argv": ["a\\u0000b"]}',
                 b'{"id": "e\0", "op": "list"}', b"\xff\xfe", b"", b"[]", b'{"id": "f", "op": "cancel", "run": "nobody"}',
                 b'{"id": "g", "op": "run", "argv": ["true"], "settings": {"retrys": 1}}',
                 b'{"id": "h", "op": "run", "argv": ["true"], "settings": {"events": "fd:1"}}',
                 b"x" * (3 << 20), b'{"id": "i", "op": "run", "argv": ["' + b"x" * (1 << 20) + b'"]}',
                 b'{"id": "last", "op": "run", "argv": ["echo", "served"]}']
        client.write(b"\n".join(lines))  # without a newline at the end
        self.assertEqual(client.finish().status, 0)
        sentences = {1: "not JSON", 2: "did you mean 'list'", 3: "did you mean 'argv'", 4: "expected a list of texts",
                     5: "NUL", 6: "NUL", 7: "UTF-8", 9: "object", 10: "'nobody'", 11: "did you mean 'retries'",
                     12: "settings.events", 13: "1048576 bytes", 14: "1048576 bytes"}
        for number, sentence in sentences.items():
            self.assertIn(sentence, client.error(number)["error"])
        self.assertEqual({each["line"]: each.get("id") for each in client.answers if each.get("reply") == "error"},
                         {1: None, 2: "a", 3: "b", 4: "c", 5: "d", 6: None, 7: None, 9: None, 10: "f", 11: "g", 12: "h",
                          13: None, 14: None})
        self.assertEqual(bytes_of(client.events("last"), "stdout"), b"served\n")
        self.assertEqual(client.result("last")["status"], "completed")

    def test_the_id_of_a_live_run_is_taken_and_free_again_afterwards(self):
        gate, wait = self.gate()
        client = self.client()
        client.ask({"id": "r", "op": "run", "shell": wait}, {"id": "r", "op": "run", "argv": ["true"]},
                   {"id": "r", "op": "list"})
        client.wait_for("r", line=3)
        for line in (2, 3):
            self.assertIn("has not ended", client.error(line)["error"])
        gate.touch()
        client.wait_for("r", reply="result")
        client.ask_for_run("r", "true")
        self.assertEqual(client.finish().status, 0)
        self.assertEqual(client.replies("r"), ["accepted", "error", "error", "result", "accepted", "result"])

    def test_the_service_itself_refuses_what_it_cannot_read(self):
        for arguments, sentence in (((), "--stdio is the only transport"),
                                    (("--stdio", "--max-concurrent", "0"), "--max-concurrent: cannot read '0'"),
                                    (("--stdio", "--on-eof", "stop"), "--on-eof: cannot read 'stop'"),
                                    (("--stdio", "extra"), "'extra' is too much")):
            ended = self.oversee("serve", *arguments)
            self.assertEqual((ended.status, ended.out), (125, b""))
            self.assertIn(sentence, ended.err.decode())


class Cancels(ServeCase):
    def test_of_a_running_one_and_of_one_that_waits(self):
        client = self.client("--max-concurrent", "1")
        client.ask_for_run("a", helper("report_signals"))
        client.ask_for_run("b", "touch", self.work / "b")
        client.wait_for("a", event="stdout")
        client.ask({"id": "cb", "op": "cancel", "run": "b"}, {"id": "ca", "op": "cancel", "run": "a"})
        self.assertEqual(client.wait_for("cb"), {"id": "cb", "reply": "cancelled", "run": "b", "state": "pending"})
        self.assertEqual(client.wait_for("ca")["state"], "running")
        client.ask_for_run("c", "true")
        self.assertEqual(client.finish().status, 0)
        a, b = client.result("a"), client.result("b")
        self.assertEqual((a["status"], a["run_id"] is None), ("cancelled", False))
        self.assertEqual((b["status"], b["reason"], b["run_id"], b["exit_status"]), ("cancelled", "signal", None, None))
        self.assertEqual(client.events("b"), [])
        self.assertFalse((self.work / "b").exists())
        self.assertEqual(client.result("c")["status"], "completed")

    def test_right_after_the_request(self):
        """At any stage of the start of its oversee."""
        client = self.client("--max-concurrent", "4")
        for number in range(40):
            client.ask({"id": f"r{number}", "op": "run", "argv": ["sleep", "1000"]},
                       {"id": f"c{number}", "op": "cancel", "run": f"r{number}"})
        self.assertEqual(client.finish(PATIENCE).status, 0)
        self.assertEqual({client.result(f"r{number}")["status"] for number in range(40)}, {"cancelled"})
        self.assert_nothing_left(client.run)


class Ends(ServeCase):
    def test_the_end_of_requests_waits(self):
        gate, wait = self.gate()
        client = self.client("--max-concurrent", "1")
        client.ask({"id": "a", "op": "run", "shell": wait})
        client.ask_for_run("b", "true")
        client.wait_for("a", event="attempt_started")
        client.close()
        self.assertIsNone(client.run.process.poll())
        gate.touch()
        self.assertEqual(client.finish().status, 0)
        self.assertEqual([client.result(name)["status"] for name in "ab"], ["completed", "completed"])

    def test_or_cancels(self):
        client = self.client("--max-concurrent", "1", "--on-eof", "cancel")
        client.ask_for_run("a", "sleep", "1000")
        client.ask_for_run("b", "true")
        client.wait_for("a", event="attempt_started")
        self.assertEqual(client.finish().status, 0)
        self.assertEqual([client.result(name)["status"] for name in "ab"], ["cancelled", "cancelled"])
        self.assert_nothing_left(client.run)

    def test_a_signal_cancels_all_and_ends_by_itself(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            client = self.client("--max-concurrent", "2")
            for name in "abc":
                client.ask_for_run(name, "sleep", "1000")
            for name in "ab":
                client.wait_for(name, event="attempt_started")
            client.run.signal(number)
            self.assertEqual(client.finish().status, -number)
            self.assertEqual({client.result(name)["status"] for name in "abc"}, {"cancelled"})
            self.assert_nothing_left(client.run)

    def test_a_killed_service_leaves_nothing(self):
        client = self.client("--max-concurrent", "4")
        for name in "abcde":
            client.ask_for_run(name, "sh", "-c", "sleep 1000 & sleep 1000")
        for name in "abcd":
            client.wait_for(name, event="attempt_started")
        client.run.signal(signal.SIGKILL)
        client.run.finish()
        self.assert_nothing_left(client.run)

    def test_a_reader_that_leaves_cancels_all(self):
        client = self.client()
        client.ask_for_run("a", "sleep", "1000")  # prints nothing, so that no write can fail
        client.wait_for("a", event="attempt_started")
        client.leave()
        ended = client.run.finish()
        self.assertEqual(ended.status, 125)
        self.assertIn(b"cannot write to standard output: Broken pipe", ended.err)
        self.assert_nothing_left(client.run)


if __name__ == "__main__":
    unittest.main()
