"""oversee serve --stdio: a client that asks for runs by lines of JSON, and what it is answered."""

import collections
import json
import os
import resource
import select
import signal
import time
import unittest

from event_stream import VALIDATOR as EVENT
from event_stream import bundled, bytes_of, validator
from harness import BOUND, OVERSEE, OverseeCase, helper, is_gone, read_or_none, wait_until

SCHEMA = bundled("serve.schema.json", "summary.schema.json")
REQUEST, ANSWER = (validator({**SCHEMA, "anyOf": [{"$ref": f"#/$defs/{kind}"}]}) for kind in ("request", "answer"))

# For a thousand runs on a machine that has other things to do.
PATIENCE = 10 * BOUND

# Under sanitizers a start costs twenty times as much.
REQUESTS = 200 if "SANITIZED" in os.environ else 1000
CROWD = 20 if "SANITIZED" in os.environ else 100


class Client:
    """Writes requests and reads answers, and holds both against their schema."""

    def __init__(self, case, *arguments, **options):
        self.case = case
        their_requests, self.requests = os.pipe()
        self.reader, their_answers = os.pipe()
        case.addCleanup(self.close)
        case.addCleanup(self.leave)
        self.run = case.start(OVERSEE, "serve", "--stdio", *arguments, stdin=their_requests, stdout=their_answers,
                              **options)
        os.close(their_requests)
        os.close(their_answers)
        self.unread = bytearray()
        self.answers = []
        self.about = collections.defaultdict(list)  # the answers by their id

    def close(self):
        """Ends the requests."""
        if self.requests is not None:
            os.close(self.requests)
            self.requests = None

    def leave(self):
        """Reads no more."""
        if self.reader is not None:
            os.close(self.reader)
            self.reader = None

    def write(self, data):
        while data:
            data = data[os.write(self.requests, data):]

    def ask(self, *requests):
        for each in requests:
            REQUEST.validate(each)
        self.write(b"".join(json.dumps(each).encode() + b"\n" for each in requests))

    def ask_for_run(self, name, *argv, **more):
        self.ask({"id": name, "op": "run", "argv": [str(each) for each in argv], **more})

    def read(self, end):
        """Waits for more answers until that time; false where none will come."""
        if not select.select([self.reader], [], [], max(0.0, end - time.monotonic()))[0]:
            raise AssertionError(f"no more answers; the last were {self.answers[-5:]}")
        data = os.read(self.reader, 1 << 20)
        *lines, rest = (self.unread + data).split(b"\n")
        self.unread = rest
        for line in lines:
            self.answers.append(json.loads(line))
            self.about[self.answers[-1].get("id")].append(self.answers[-1])
        return bool(data)

    def check(self):
        """Holds the answers against the schema: of each kind as many as there is time for."""
        checked = collections.Counter()
        for answer in self.answers:
            kind = answer.get("reply") or answer["event"]
            checked[kind] += 1
            if checked[kind] > 100:
                continue
            ANSWER.validate(answer)
            if "event" in answer:
                EVENT.validate({key: value for key, value in answer.items() if key != "id"})

    def wait_for(self, name, **expected):
        """The first answer with this id and these members."""
        end = time.monotonic() + BOUND
        looked = 0
        while True:
            for each in self.about[name][looked:]:
                if all(each.get(key) == value for key, value in expected.items()):
                    return each
            looked = len(self.about[name])
            if not self.read(end):
                raise AssertionError(f"the answers ended without {name} {expected}: {self.answers[-5:]}")

    def finish(self, within=BOUND):
        """Ends the requests; waits for the end of the answers and of the service."""
        self.close()
        end = time.monotonic() + within
        while self.read(end):
            pass
        self.case.assertEqual(self.unread, b"")
        self.check()
        return self.run.finish(within)

    def replies(self, name):
        return [each["reply"] for each in self.about[name] if "reply" in each]

    def events(self, name):
        return [each for each in self.about[name] if "event" in each]

    def result(self, name):
        """The only result of the run, which is the last about it."""
        about = self.about[name]
        self.case.assertEqual([each for each in about if each.get("reply") == "result"], about[-1:])
        return about[-1]

    def error(self, line):
        """The only error about the line."""
        found = [each for each in self.answers if each.get("reply") == "error" and each["line"] == line]
        self.case.assertEqual(len(found), 1, (line, found))
        return found[0]


class ServeCase(OverseeCase):
    def client(self, *arguments, **options):
        return Client(self, *arguments, **options)

    def gate(self):
        """The path of a file for which commands wait, and their command."""
        path = self.work / "gate"
        return path, f"until test -e '{path}'; do sleep 0.02; done"

    def record(self, run_id):
        return json.loads((self.records / f"{run_id}.json").read_bytes())


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
        client.write(b"\n".join(lines))  # without a newline at its end
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
        # The reader is not one that reads while it writes, nor need it be: what it has not read waits.
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
            # A client that is kept from the processor for long is a slow one, whose output is counted instead.
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
        """Wherever its oversee is by then."""
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
        client.ask_for_run("a", "sleep", "1000")  # says nothing, so that nothing of it would fail to be written
        client.wait_for("a", event="attempt_started")
        client.leave()
        ended = client.run.finish()
        self.assertEqual(ended.status, 125)
        self.assertIn(b"cannot write to standard output: Broken pipe", ended.err)
        self.assert_nothing_left(client.run)


class SlowReaders(ServeCase):
    BYTES = 8 << 20

    def test_output_is_dropped_and_counted_and_nothing_else_is(self):
        marker = self.work / "written"
        client = self.client("--max-concurrent", "3")
        for name in "ab":
            client.ask({"id": name, "op": "run", "settings": {"no-log": True},
                        "shell": f"head -c {self.BYTES} /dev/zero | tr '\\0' x; echo {name} >> '{marker}'"})
        client.ask_for_run("c", "true")
        # The commands run to their ends though nobody reads a byte.
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
    unittest.main(verbosity=2)
