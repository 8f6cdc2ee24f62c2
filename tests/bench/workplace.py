"""Where a benchmark runs: its private directories, the environment of the commands, the programs that it built."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

# rounds.cpp removes files below a directory of this name only.
_PREFIX = "oversee-bench."


@dataclass(frozen=True)
class Workplace:
    base: Path
    programs: Path
    oversee: Path | None

    @property
    def logs(self) -> Path:
        """TMPDIR of the commands, and the place of the peers' logs. Files in it do not outlive one run."""
        return self.base / "logs"

    @property
    def errors(self) -> Path:
        return self.base / "errors"

    @property
    def home(self) -> Path:
        """Working directory and HOME: no settings file of the user or of the project is found from here."""
        return self.base / "home"

    @property
    def peer_log(self) -> str:
        return str(self.logs / "peer.log")

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the caller's but PATH and the locale, which some peers load at their start as they would for a
        user: CI=true or an OVERSEE_ variable is not to change what is measured."""
        locale = {name: value for name, value in os.environ.items() if name == "LANG" or name.startswith("LC_")}
        return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.home), "TMPDIR": str(self.logs)} | locale

    def program(self, name: str) -> str:
        return str(self.programs / name)

    def find(self, name: str) -> str | None:
        """Where a program is that a row needs, oversee included."""
        if name == "oversee":
            return str(self.oversee) if self.oversee else None
        return shutil.which(name)

    @property
    def file_system(self) -> str:
        """Type of the file system that the logs are on, such as tmpfs or ext4."""
        mounts = [line.split()[1:3] for line in Path("/proc/self/mounts").read_text().splitlines()]
        above = [(len(point), kind) for point, kind in mounts if self.base.is_relative_to(point)]
        return max(above, default=(0, "an unknown file system"))[1]

    @property
    def in_memory(self) -> bool:
        return self.file_system in ("tmpfs", "ramfs")

    def empty_logs(self) -> None:
        """Removes the files of a run; the runner does the same by itself before each of its own."""
        for path in self.logs.rglob("*"):
            if not path.is_dir() or path.is_symlink():
                path.unlink()

    def remove(self) -> None:
        shutil.rmtree(self.base, ignore_errors=True)


def make_workplace(scratch: Path | None, programs: Path, oversee: Path) -> Workplace:
    """In `scratch`; by default on /dev/shm, so that no disk is measured; without that, in the temp directory."""
    shm = Path("/dev/shm")
    if scratch is None and shm.is_dir() and os.access(shm, os.W_OK):
        scratch = shm
    base = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=scratch)).resolve()
    place = Workplace(base, programs.resolve(), oversee.resolve() if os.access(oversee, os.X_OK) else None)
    for directory in (place.logs, place.errors, place.home):
        directory.mkdir()
    return place
