"""Reads the output of --events, and checks each line against its schema and the whole against the summary."""

import base64
import json
import os

import jsonschema

from harness import OVERSEE, SOURCE_ROOT, OverseeCase

DOCS = SOURCE_ROOT / "docs"


def bundled(name, *others):
    """The schema docs/NAME with the referenced schemas embedded, so that every JSON schema library finds them."""
    def load(each, place):
        text = (DOCS / each).read_text().replace('"#/', f'"#{place}/')
        for other in others:
            text = text.replace(f'"{other}#/', f'"#/$defs/{other.partition(".")[0]}/')
        return json.loads(text)

    schema = load(name, "")
    for other in others:
        part = other.partition(".")[0]
        schema["$defs"][part] = load(other, f"/$defs/{part}")
    return schema


def validator(schema):
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


VALIDATOR = validator(bundled("events.schema.json", "summary.schema.json"))  # for one line


def bytes_of(events, stream):
    """The bytes of the stream according to its events."""
    return b"".join(base64.b64decode(each["base64"]) if "base64" in each else each["text"].encode()
                    for each in events if each["event"] == stream)


class Pipe:
    """A pipe for events, which is read only when a test asks."""

    def __init__(self, case):
        self.reader, self.writer = os.pipe()
        self.name = f"fd:{self.writer}"
        case.addCleanup(self.close_writer)
        case.addCleanup(self.close_reader)

    def close_writer(self):
        if self.writer is not None:
            os.close(self.writer)
            self.writer = None

    def close_reader(self):
        if self.reader is not None:
            os.close(self.reader)
            self.reader = None

    def rest(self):
        """Everything until end of file."""
        self.close_writer()
        data = bytearray()
        while more := os.read(self.reader, 1 << 20):
            data += more
        return bytes(data)


class EventsCase(OverseeCase):
    def events(self, data):
        """Parses whole lines as events; each must follow the schema."""
        self.assertTrue(data.endswith(b"\n"), data[-100:])
        events = [json.loads(line) for line in data[:-1].split(b"\n")]
        for each in events:
            VALIDATOR.validate(each)
        return events

    def run_with_file(self, *arguments, **options):
        """Runs a command with events to a file; returns how the run ended, and its events."""
        path = self.work / "events.jsonl"
        ended = self.oversee("--events", path, *arguments, **options)
        return ended, self.events(path.read_bytes())

    def start_with(self, pipe, *arguments, **options):
        run = self.start(OVERSEE, "--events", pipe.name, *arguments, pass_fds=(pipe.writer,), **options)
        pipe.close_writer()
        return run

    def kinds(self, events):
        return [each["event"] for each in events]

    def assert_agree(self, events):
        """The events agree with each other and with the only run's summary."""
        summary = self.summary()
        self.assertEqual([self.kinds(events)[0], self.kinds(events)[-1]], ["started", "finished"])
        self.assertEqual(events[0]["time"], summary["started_at"])
        self.assertEqual(events[-1]["time"], summary["finished_at"])
        for each in events:
            self.assertEqual(each["run_id"], summary["run_id"])
        times = [each["time"] for each in events]
        self.assertEqual(times, sorted(times))
        self.assertEqual([each["result"] for each in events if each["event"] == "attempt_finished"],
                         summary["attempts"])
        for key in ("status", "reason", "exit_code", "signal", "exit_status", "duration_ms", "summary", "flaky"):
            self.assertEqual(events[-1][key], summary[key], key)
        for key in ("name", "command", "directory", "host", "pid", "version", "settings"):
            self.assertEqual(events[0][key], summary[key], key)
        self.assertEqual(events[-1]["dropped_total"], {"events": summary["events"]["dropped_events"],
                                                       "bytes": summary["events"]["dropped_bytes"]})
        return summary

    def assert_complete(self, events):
        summary = self.assert_agree(events)
        self.assertEqual((summary["events"]["complete"], summary["events"]["dropped_events"]), (True, 0))
        return summary
