"""The programs that try to outlive their supervisor, for the end-to-end tests and for survivors.py: what each is called,
and how it is started from tests/helpers. Each says "ready" when it is in place."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# A bomb's heads at its start, and how many it starts at the most.
HEADS = 100
CAP = 500


@dataclass(frozen=True)
class Adversary:
    title: str
    words: Sequence[str]  # {helpers}: the directory of the helper programs; {work}: a directory that can be written to

    def command(self, helpers: Path | str, work: Path | str) -> list[str]:
        return [word.format(helpers=helpers, work=work) for word in self.words]

    @property
    def programs(self) -> set[str]:
        """The helpers that it needs."""
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
