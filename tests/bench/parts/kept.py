"""What two million lines cost and leave behind under each policy for a limited log."""

import hashlib
import json
import os
import re
import subprocess
from pathlib import Path

from effort import Effort
from page import Section, Table, Verdict, figure, times
from rounds import BenchError, Command, run_rounds
from workplace import Workplace
from wrappers import LIMIT, OVERSEE_ALL, OVERSEE_RAW, PLAIN, TEE, TRUNCATING, SPILLING, present

ROWS = (PLAIN, TEE, OVERSEE_ALL, OVERSEE_RAW, TRUNCATING, SPILLING)
LINES = 2_000_000
BOUND_S = 120

INTRO = (f"`seq {LINES}`, into `/dev/null`, under each limit on the log. Then each once more with every byte "
         "compared: shown output, log, spill files, and the counts of omitted bytes.")

RECORD = re.compile(rb" *\d+\.\d{3} (?:out|err)([|:]) ")


def measure(place: Workplace, effort: Effort) -> Section:
    wrappers, notes = present(ROWS, place)
    rounds = effort.rounds_of(5, 3)
    argv = ["seq", str(LINES)]
    measured = dict(zip(wrappers, run_rounds(
        place, [Command(each.name, each.wrap(argv, place)) for each in wrappers], rounds, bound_s=BOUND_S)))
    tee = measured[TEE].wall_ms.median if TEE in measured else None
    section = Section("Limits on the log", INTRO, notes=[f"rounds: {rounds}", *notes])
    rows = [[wrapper.name, figure(samples.wall_ms.median), times(tee / samples.wall_ms.median if tee else None),
             figure(samples.cpu_ms.median)] for wrapper, samples in measured.items()]
    section.tables.append(Table(["command", "wall ms", "× tee", "CPU ms"], rows, ""))
    if place.oversee:
        found = [f"{policy}: {_check(place, policy)}" for policy in ("truncate", "spill", "fail")]
        section.verdicts.append(Verdict(f"{LINES:,} lines, none lost or reordered", "", "every byte accounted for",
                                        "; ".join(found), True))
    return section


def _check(place: Workplace, policy: str) -> str:
    """Raises if any byte is missing or in the wrong place."""
    whole = b"".join(b"%d\n" % number for number in range(1, LINES + 1))
    report = place.base / "kept.json"
    argv = [str(place.oversee), "-t", LIMIT, "--summary", "never", "--max-output", "1MiB", "--on-overflow", policy,
            "--json", str(report), "--", "seq", str(LINES)]
    run = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=place.home, env=place.environment,
                         timeout=BOUND_S, check=False)
    summary = json.loads(report.read_text())
    stream = summary["attempts"][0]["stdout"]
    log = _decode(Path(summary["log"]["path"]))
    spilled = Path(stream["spill_file"]).read_bytes() if "spill_file" in stream else b""
    place.empty_logs()
    if policy == "fail":
        # Stopped at once: the shown output is a contiguous beginning, and the verdict is a failure.
        right = run.returncode == 123 and whole.startswith(run.stdout) and len(run.stdout) == stream["bytes"]
        text = f"exit 123 after {stream['bytes'] / 2**20:.1f} MiB"
    else:
        right = run.returncode == 0 and _digest(run.stdout) == _digest(whole) and stream["lines"] == LINES
        kept = stream["captured"] - len(spilled)
        right = right and len(log) == kept and stream["captured"] + stream["omitted"] == len(whole)
        if policy == "spill":
            right = right and _digest(log + spilled) == _digest(whole)
            text = f"{len(log)} bytes in the log, {len(spilled)} beside it"
        else:
            head = len(os.path.commonprefix([log, whole]))
            right = right and 0 < head < len(log) and whole.endswith(log[head:])
            text = f"{len(log)} bytes in the log, {stream['omitted']} counted as left out"
    if not right:
        raise BenchError(f"--on-overflow {policy}: output was lost or reordered: {stream}")
    return text


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _decode(path: Path) -> bytes:
    """The stream in a tagged log; oversee's own lines start with '#'."""
    out = bytearray()
    for line in path.read_bytes().splitlines(keepends=True):
        if line.startswith(b"#"):
            continue
        record = RECORD.match(line)
        out += line[record.end():] if record[1] == b"|" else line[record.end():-1]
    return bytes(out)
