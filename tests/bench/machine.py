"""Describes the machine and the versions of the peers, without host names and paths."""

import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

from workplace import Workplace


def describe_machine() -> list[str]:
    one_minute = os.getloadavg()[0]
    return [
        f"processor: {_cpu_model()}, {len(os.sched_getaffinity(0))} cores",
        f"memory: {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        f"kernel: {platform.system()} {platform.release()} ({platform.machine()})",
        f"distribution: {_distribution()}",
        f"load average when the run began: {one_minute:.2f}",
    ]


def describe_versions(place: Workplace, names: Sequence[str]) -> list[str]:
    """The first line of --version of each installed program."""
    lines = []
    for name in names:
        path = place.find(name)
        if path is None:
            continue
        said = subprocess.run([path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10,
                              env=place.environment, cwd=place.home, check=False)
        first = (said.stdout or said.stderr).strip().splitlines()[:1]
        lines.append(f"{name}: {first[0] if first else 'version unknown'}")
    return lines


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return platform.machine()


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "unknown")
    except OSError:
        return "unknown"
