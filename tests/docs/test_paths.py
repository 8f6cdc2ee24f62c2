"""Checks that every file that calls the system with a path is listed here, with the reason why the call cannot block the loop
that keeps the deadlines: a dead file server or a frozen disk keeps the caller in the kernel."""

import os
import re
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["SOURCE_ROOT"]) / "src"

KERNEL = "only files of the kernel: /proc, /sys/fs/cgroup, /dev"
BESIDE = "called in a side process, with a bound (os/file_work.hpp, run/aside_sink.hpp), or by a verb, which keeps no deadline"
STARTER = "in the process that becomes the command, which the guard does not wait for"

REASONS = {
    "cli/command_form.cpp": BESIDE,
    "cli/settings_files.cpp": BESIDE,
    "guard/start_command.cpp": STARTER,
    "history/directory_choice.cpp": BESIDE,
    "history/run_directory.cpp": BESIDE + "; the guard completes a record after the end of the tree",
    "history/run_lookup.cpp": BESIDE,
    "os/cgroup.cpp": KERNEL,
    "os/cgroup_account.cpp": KERNEL,
    "os/cgroup_controllers.cpp": KERNEL,
    "os/cgroup_sweep.cpp": KERNEL,
    "os/descriptor.cpp": KERNEL + "; read_file() also for settings, which are read in a side process",
    "os/destination.cpp": BESIDE,
    "os/file.cpp": BESIDE,
    "os/file_look.cpp": KERNEL,
    "os/file_sink.cpp": BESIDE,
    "os/host.cpp": KERNEL,
    "os/kernel_text.cpp": KERNEL,
    "os/open_files.cpp": KERNEL + "; the target of a link is only asked for if it is a device",
    "os/own_place.cpp": KERNEL,
    "os/owned_file.cpp": BESIDE,
    "os/proc.cpp": KERNEL,
    "os/process_tree.cpp": KERNEL,
    "os/pseudo_terminal.cpp": KERNEL,
    "os/scratch_file.cpp": BESIDE,
    "os/terminal.cpp": KERNEL,
    "os/terminal_readers.cpp": KERNEL + "; the target of a link is only asked for if it is a device",
    "run/callers_terminal.cpp": KERNEL,
    "run/command_input.cpp": BESIDE,
}

CALLS = re.compile(
    r"::(?:open|openat|openat2|creat|fopen|stat|lstat|statx|fstatat|statfs|access|faccessat|opendir|rename|renameat2?"
    r"|unlink|unlinkat|rmdir|mkdir|mkdirat|chdir|readlink|readlinkat|realpath|mkostemp|mkstemp|truncate|utimensat|symlink"
    r"|link|linkat|chmod|chown|lchown)\s*\((?!\s*const\b)"
    r"|std::[io]?fstream\b|std::filesystem::")


def places(root):
    """Each file with such calls, and how many it has."""
    found = {}
    for path in sorted(root.rglob("*.[ch]pp")):
        code = "\n".join(re.sub(r"//.*", "", line) for line in path.read_text().splitlines())
        # A static function of a class has a name before the colons.
        calls = [each for each in CALLS.finditer(code) if not re.search(r"\w$", code[:each.start()])]
        if calls:
            found[str(path.relative_to(root))] = len(calls)
    return found


class Paths(unittest.TestCase):
    def test_each_file_that_opens_a_path_has_its_reason(self):
        self.assertEqual(sorted(set(places(SOURCE)) - set(REASONS)), [])

    def test_the_list_is_not_longer_than_needed(self):
        self.assertEqual(sorted(set(REASONS) - set(places(SOURCE))), [])

    def test_control_each_way_to_open_is_found(self):
        for line in ('int fd = ::open("a", O_RDONLY);', "::stat(path.c_str(), &status);", 'std::ifstream in("a");',
                     'std::filesystem::exists("a");', "::unlinkat(fd, name, 0);"):
            with self.subTest(line=line), tempfile.TemporaryDirectory() as directory:
                (Path(directory) / "a.cpp").write_text(f"// A.\n{line}\n")
                self.assertEqual(places(Path(directory)), {"a.cpp": 1})

    def test_control_what_opens_nothing_is_not_found(self):
        for line in ('// ::open("a") opens.', "auto log = RunFiles::open(loop);", "::fstat(fd, &status);", "::close(fd);"):
            with self.subTest(line=line), tempfile.TemporaryDirectory() as directory:
                (Path(directory) / "a.cpp").write_text(f"// A.\n{line}\n")
                self.assertEqual(places(Path(directory)), {})


if __name__ == "__main__":
    unittest.main()
