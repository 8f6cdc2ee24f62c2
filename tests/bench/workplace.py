"""The surroundings of a benchmark: its private directories, the commands' environment, the built programs."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

# rounds.cpp only removes files below a directory with this name.
_PREFIX = "oversee-bench."


@dataclass(frozen=True)
class Workplace:
    base: Path
    programs: Path
    oversee: Path | None

    @property
    def logs(self) -> Path:
        """TMPDIR of the commands and the directory of the peers' logs; emptied for each run."""
        return self.base / "logs"

    @property
    def errors(self) -> Path:
        return self.base / "errors"

    @property
    def home(self) -> Path:
        """Working directory and HOME, from which no settings file of the user or the project is found."""
        return self.base / "home"

    @property
    def peer_log(self) -> str:
        return str(self.logs / "peer.log")

    @property
    def environment(self) -> dict[str, str]:
        """Only PATH and the locale of the caller; some peers load the locale at their start. CI=true or an OVERSEE_
        variable must not affect the measurement."""
        locale = {name: value for name, value in os.environ.items() if name == "LANG" or name.startswith("LC_")}
        return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.home), "TMPDIR": str(self.logs)} | locale

    def program(self, name: str) -> str:
        return str(self.programs / name)

    def find(self, name: str) -> str | None:
        """The path of a program that a row needs, oversee included."""
        if name == "oversee":
            return str(self.oversee) if self.oversee else None
        return shutil.which(name)

    @property
    def file_system(self) -> str:
        """The type of the logs' file system, such as tmpfs or ext4."""
        mounts = [line.split()[1:3] for line in Path("/proc/self/mounts").read_text().splitlines()]
        above = [(len(point), kind) for point, kind in mounts if self.base.is_relative_to(point)]
        return max(above, default=(0, "an unknown file system"))[1]

    @property
    def in_memory(self) -> bool:
        return self.file_system in ("tmpfs", "ramfs")

    def empty_logs(self) -> None:
        """Removes the files of a run; the runner does this itself before each of its runs."""
        for path in self.logs.rglob("*"):
            if not path.is_dir() or path.is_symlink():
                path.unlink()

    def remove(self) -> None:
        shutil.rmtree(self.base, ignore_errors=True)


def make_workplace(scratch: Path | None, programs: Path, oversee: Path) -> Workplace:
    """Uses `scratch`; by default /dev/shm, to exclude the disk; without it, the temporary directory."""
    shm = Path("/dev/shm")
    if scratch is None and shm.is_dir() and os.access(shm, os.W_OK):
        scratch = shm
    base = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=scratch)).resolve()
    place = Workplace(base, programs.resolve(), oversee.resolve() if os.access(oversee, os.X_OK) else None)
    for directory in (place.logs, place.errors, place.home):
        directory.mkdir()
    return place
