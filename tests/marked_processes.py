"""Finds processes by a mark in their environment, which their children inherit."""

import os
from pathlib import Path


def is_marked(pid, mark):
    """Whether the process has NAME=VALUE, as bytes, in the environment that it was started with."""
    try:
        return mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def marked_processes(mark):
    return [int(each) for each in os.listdir("/proc") if each.isdigit() and is_marked(each, mark)]
