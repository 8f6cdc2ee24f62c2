"""Makes a run directory with the records, logs and index lines of many runs that ended, from one real run."""

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
NAMES = ("build", "test-unit", "test-e2e", "lint", "backup", "deploy", "nightly-report")
TEAMS = ("core", "web", "data", "infrastructure")


def make_runs(oversee: Path, parent: Path, count: int) -> Path:
    """Returns the run directory below `parent`. One run in 100 has failed; one is named "rare"."""
    environment = {**os.environ, "TMPDIR": str(parent)}
    subprocess.run([oversee, "--summary", "never", "--keep-runs", "none", "true"], check=True, env=environment)
    directory = next(parent.glob("oversee-*"))
    (first,) = directory.glob("*.json")
    pattern = json.loads(first.read_text())
    log = first.with_suffix(".log").read_bytes()
    begin = datetime.now(UTC) - timedelta(seconds=count + 60)
    with (directory / ".index").open("a") as index:
        for number in range(count):
            started = begin + timedelta(seconds=number)
            tail = "".join(LETTERS[number * 2654435761 >> 5 * place & 31] for place in range(4))
            run = f"{started:%Y%m%d-%H%M%S}-{tail}"
            failed = number % 100 == 7
            name = "rare" if number == count // 2 else NAMES[number % len(NAMES)]
            labels = {"team": TEAMS[number % len(TEAMS)], "commit": f"{number * 2654435761 & 0xFFFFFFFF:08x}"}
            status = "failed" if failed else "completed"
            record = {**pattern, "run_id": run, "name": name, "labels": labels, "status": status,
                      "started_at": f"{started:%Y-%m-%dT%H:%M:%S.000Z}"}
            path = directory / f"{run}.json"
            path.write_text(json.dumps(record, indent=2) + "\n")
            (directory / f"{run}.log").write_bytes(log)
            fields = [run, str(path.stat().st_ino), status, "-", name]
            fields += [f"{key}={value}" for key, value in sorted(labels.items())]
            index.write("\n" + "\t".join(fields) + "\t.\n")
    return directory
