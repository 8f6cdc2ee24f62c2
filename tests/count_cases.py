"""Sums the test cases that the suites of one meson run reported: prints "PASSED FAILED"."""

import json
import re
import sys

DOCTEST = re.compile(r"test cases:\s*\d+\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed")
UNITTEST = re.compile(r"^Ran (\d+) tests?", re.MULTILINE)
UNITTEST_BAD = re.compile(r"(?:failures|errors|unexpected successes)=(\d+)")


def cases(entry: dict) -> tuple[int, int]:
    """Of one suite; one that printed no count (it crashed, or ran out of time) is one case."""
    output = entry.get("stdout", "") + entry.get("stderr", "")
    good = entry["result"] == "OK"
    if found := DOCTEST.search(output):
        passed, failed = int(found[1]), int(found[2])
    elif found := UNITTEST.search(output):
        failed = sum(int(count) for count in UNITTEST_BAD.findall(output))
        passed = int(found[1]) - failed
    else:
        passed, failed = (1, 0) if good else (0, 1)
    return passed, failed if good else max(failed, 1)


def main() -> None:
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        entries = [json.loads(line) for line in log if line.strip()]
    if not entries:
        sys.exit("no suite ran")
    counts = [cases(entry) for entry in entries]
    print(sum(passed for passed, _ in counts), sum(failed for _, failed in counts))


if __name__ == "__main__":
    main()
