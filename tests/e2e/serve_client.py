"""A client of `oversee serve --stdio`, which checks requests and answers against their schema."""

import collections
import json
import os
import select
import time

from event_stream import VALIDATOR as EVENT
from event_stream import bundled, validator
from harness import BOUND, OVERSEE, OverseeCase

SCHEMA = bundled("serve.schema.json", "summary.schema.json")
REQUEST, ANSWER = (validator({**SCHEMA, "anyOf": [{"$ref": f"#/$defs/{kind}"}]}) for kind in ("request", "answer"))

# Seconds; enough for a thousand runs on a busy machine.
PATIENCE = 10 * BOUND


class Client:
    """Writes requests and reads answers, and checks both against their schema."""

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
        """Stops reading."""
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
        """Waits for more answers until that time; false if none will come."""
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
        """Checks the answers against the schema, as many of each kind as there is time for."""
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
        """The only result of the run, which must be the last answer about it."""
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
        """The path of a file that commands wait for, and the command that does so."""
        path = self.work / "gate"
        return path, f"until test -e '{path}'; do sleep 0.02; done"

    def record(self, run_id):
        return json.loads((self.records / f"{run_id}.json").read_bytes())
