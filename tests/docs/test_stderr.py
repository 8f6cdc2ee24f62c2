"""Checks that only the owner of descriptor 2 uses it; all exceptions in src are listed here, with their reasons."""

import os
import re
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["SOURCE_ROOT"]) / "src"

OWNER = "cli/console.cpp"

# The exceptions: the file, a part of the line, and the reason.
ALLOWED = [
    ("os/last_words.cpp", "write_fully(STDERR_FILENO, line)",
     "between fork and exec, in the guard, after a fatal error: no console there; an alarm bounds the wait"),
    ("os/own_copy.cpp", "replace(STDERR_FILENO, place.error_output)", "arranges the child's descriptors, writes nothing"),
    ("os/own_copy.cpp", "nullify(STDERR_FILENO, O_WRONLY)", "lets the descriptor go, writes nothing"),
    ("os/pseudo_terminal.cpp", "{STDOUT_FILENO, STDERR_FILENO, STDIN_FILENO}", "asks for the window's size"),
    ("run/callers_terminal.cpp", "{STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}", "looks for the terminal, for its modes"),
    ("run/attempt.cpp", "pass_on(model::Stream::err, STDERR_FILENO)", "hands the descriptor to the command (--no-log)"),
]

# Names of the descriptor, standard streams on it, a header of functions that write to it, and write calls with a literal
# 2.
NAMES = re.compile(
    r"\bSTDERR_FILENO\b"
    r"|\bstderr\b(?=\s*[,);])"
    r"|\bstd::(?:cerr|clog)\b"
    r"|#\s*include\s*<(?:err\.h|error\.h|syslog\.h|iostream|print|execinfo\.h)>"
    r"|\b(?:perror|psignal|psiginfo|uv_print_all_handles|uv_print_active_handles)\s*\("
    r"|\b(?:write|pwrite|writev|pwritev|pwritev2|dprintf|vdprintf|send|sendto|sendmsg|splice|tee|vmsplice|sendfile"
    r"|write_fully|write_patiently|fdopen|dup|duplicate)\s*\(\s*2\s*[,)]"
    r"|\b(?:FileSink|BackgroundWriter|Console)\b[^;]*[({,]\s*2\s*[,)}]"
    r"|/dev/stderr|/dev/fd/2\b|/proc/self/fd/2\b"
)


def without_comments_and_texts(line):
    line = re.sub(r'"(?:\\.|[^"\\])*"', lambda found: found[0] if found[0].startswith(('"/dev/', '"/proc/')) else '""', line)
    return re.sub(r"//.*", "", line)


def places(root):
    """Each line that uses descriptor 2: (file, line number, line)."""
    found = []
    for path in sorted(root.rglob("*.[ch]pp")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if NAMES.search(without_comments_and_texts(line)):
                found.append((str(path.relative_to(root)), number, line.strip()))
    return found


def strangers(root):
    return [place for place in places(root)
            if place[0] != OWNER and not any(place[0] == file and held in place[2] for file, held, _ in ALLOWED)]


class Stderr(unittest.TestCase):
    def test_nobody_but_the_owner_names_it(self):
        self.assertEqual(strangers(SOURCE), [])

    def test_the_owner_does(self):
        self.assertTrue([place for place in places(SOURCE) if place[0] == OWNER])

    def test_the_list_is_not_longer_than_needed(self):
        found = places(SOURCE)
        for file, held, _ in ALLOWED:
            with self.subTest(file=file, held=held):
                self.assertTrue([place for place in found if place[0] == file and held in place[2]])

    def test_control_each_way_to_write_there_is_found(self):
        for line in ("(void)::write(STDERR_FILENO, text.data(), text.size());", "write(2, text, size);",
                     "os::write_fully(2, text);", 'std::fputs("x", stderr);', 'fmt::print(stderr, "x");',
                     'std::cerr << "x";', 'perror("x");', 'dprintf(2, "x");', "const int fd = STDERR_FILENO;",
                     "uv::BackgroundWriter writer(loop, 2);", "os::FileSink sink{2};", '::open("/dev/stderr", O_WRONLY);',
                     "int copy = dup(2);", "#include <err.h>"):
            with self.subTest(line=line), tempfile.TemporaryDirectory() as directory:
                (Path(directory) / "a.cpp").write_text(f"// A.\n{line}\n")
                self.assertEqual(len(strangers(Path(directory))), 1)

    def test_control_what_does_not_write_there_is_not_found(self):
        for line in ("// It writes to stderr, which is descriptor 2.", 'text += "shown on stderr";', "record.error();",
                     'warn("x");', "void warn(std::string_view text);", "cli::warn(warning);", "copy(2, text);"):
            with self.subTest(line=line), tempfile.TemporaryDirectory() as directory:
                (Path(directory) / "a.cpp").write_text(f"// A.\n{line}\n")
                self.assertEqual(strangers(Path(directory)), [])


if __name__ == "__main__":
    unittest.main()
