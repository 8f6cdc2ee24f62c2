"""Programs from tests/helpers that try to outlive their supervisor, for the end-to-end tests and survivors.py: their
titles and commands. Each prints "ready" when it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# The number of a bomb's heads at its start, and the most that it starts.
HEADS = 100
CAP = 500


@dataclass(frozen=True)
class Adversary:
    title: str
    words: Sequence[str]  # {helpers}: the directory of the helper programs; {work}: a writable directory

    def command(self, helpers: Path | str, work: Path | str) -> list[str]:
        return [word.format(helpers=helpers, work=work) for word in self.words]

    @property
    def programs(self) -> set[str]:
        """The helper programs that it needs."""
        words = " ".join(self.words).split()
        return {word.removeprefix("{helpers}/") for word in words if word.startswith("{helpers}/")}


ADVERSARIES = {
    "daemon": Adversary("daemon: setsid, double fork", ("{helpers}/daemon", "stay")),
    "background": Adversary("a shell's background job that is deaf to TERM, its leader dead",
                            ("sh", "-c", "{helpers}/ignore_term 3 & exec sleep 50")),
    "session": Adversary("a shell's `setsid sleep &`", ("sh", "-c", "setsid sleep 50 & echo ready; exec sleep 50")),
    "deaf": Adversary("whole tree deaf to TERM", ("{helpers}/ignore_term", "5")),
    "hoppers": Adversary("20 fork-and-exit hoppers", ("{helpers}/hopper", "20", "100000", "500")),
    "bomb": Adversary(f"respawning bomb, a session each, at most {CAP}",
                      ("{helpers}/hydra", str(HEADS), str(CAP), "{work}/started")),
    "regrown": Adversary("processes that replace their dead, a session each, at most 400 at a time",
                         ("{helpers}/regrow", "400", "8000", "10000")),
    "deaf_crowd": Adversary("1,000 processes that are deaf to TERM, a session each",
                            ("{helpers}/regrow", "1000", "1000", "500000")),
    "stopped": Adversary("stopped processes", ("{helpers}/stopped", "3")),
    "subreaper": Adversary("nested subreaper with an orphan", ("{helpers}/subreaper",)),
    "sibling": Adversary("child made with CLONE_PARENT", ("{helpers}/sibling",)),
    "threads": Adversary("threads that fork", ("{helpers}/fork_in_threads", "4")),
    "vfork": Adversary("stuck vfork", ("{helpers}/stuck_vfork",)),
    "crowd": Adversary("1,000 processes, a session each, half of them orphans", ("{helpers}/crowd", "1000")),
}
