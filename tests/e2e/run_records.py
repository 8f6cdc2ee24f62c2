"""Makes records of runs that never existed, from the record of a real run; and checks the output of verbs."""

import json
from datetime import datetime, timedelta, timezone

from harness import OverseeCase

LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


class RecordsCase(OverseeCase):
    def setUp(self):
        super().setUp()
        self.now = datetime.now(timezone.utc)
        self.number = 0
        self.pattern = None

    def make(self, age, **members):
        """Makes a record of a run that was started `age` seconds ago; returns its id."""
        if self.pattern is None:
            other = self.directory / "pattern"
            other.mkdir()
            self.assertEqual(self.oversee("true", env={"TMPDIR": str(other)}).status, 0)
            (record,) = other.glob("*/*.json")
            self.pattern = json.loads(record.read_text())
        started = self.now - timedelta(seconds=age)
        self.number += 1
        tail = "".join(LETTERS[self.number // 32 ** place % 32] for place in (3, 2, 1, 0))
        run = started.strftime("%Y%m%d-%H%M%S-") + tail
        date = started.strftime("%Y-%m-%dT%H:%M:%S.") + f"{started.microsecond // 1000:03}Z"
        took = members.pop("took", 1000)
        record = {**self.pattern, "run_id": run, "started_at": date, "duration_ms": took, **members}
        record["attempts"] = [{**self.pattern["attempts"][0], "duration_ms": took}]
        self.records.mkdir(mode=0o700, exist_ok=True)
        (self.records / f"{run}.json").write_text(json.dumps(record, indent=2) + "\n")
        return run

    def told(self, *arguments, **options):
        """The output of a verb as text; stderr must be empty."""
        ended = self.oversee(*arguments, **options)
        self.assertEqual((ended.status, ended.err), (0, b""))
        return ended.out.decode()

    def as_json(self, *arguments):
        return json.loads(self.told(*arguments, "--format", "json"))

    def assert_refused(self, *arguments, culprit, **options):
        """The verb prints only one line, which names the reason."""
        ended = self.oversee(*arguments, **options)
        self.assertEqual((ended.status, ended.out), (125, b""))
        self.assertRegex(ended.err, rb"\Aoversee: [^\n]+\n\Z")
        self.assertIn(culprit, ended.err.decode())
