"""Fails each system call that oversee makes, one at a time, with the errors in its manual page, and judges each run.

Every run must end in time with a true verdict, or with 125 and a sentence; the status of a command that ran must be kept;
no process may be left. Needs the program in build/tests/faults. Exits 0 if all runs were so, else 1.
"""

import argparse
import collections
import concurrent.futures
import errno
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from marked_processes import marked_processes

BOUND = 20  # s; without a fault no run takes a second
FOR_EVER = 1 << 30
HALF = 0  # not an error: half is written

OPENS = ("EACCES", "EMFILE", "ENFILE", "ENOMEM", "ENOSPC", "EROFS", "EINTR")
DESCRIPTORS = ("EMFILE", "ENFILE")
FILE_WRITES = ("HALF", "EINTR", "ENOSPC", "EIO")
# Errors that a correct call can get, by the kind of its file, according to section 2 of the manual.
ERRORS = {
    "access": ("EACCES", "ENOENT"),
    "chdir": ("EACCES", "ENOENT"),
    "clone": ("EAGAIN", "ENOMEM"),
    "close": ("EINTR", "EIO"),
    "close_range": ("ENOSYS", "EPERM"),
    "connect": ("ECONNREFUSED", "EAGAIN"),
    "dup2": ("EBUSY", "EINTR"),
    "dup3": ("EBUSY", "EINTR"),
    "epoll_create1": (*DESCRIPTORS, "ENOMEM"),
    "epoll_ctl": ("ENOMEM", "ENOSPC"),
    "epoll_pwait": ("EINTR",),
    "epoll_wait": ("EINTR",),
    "eventfd": (*DESCRIPTORS, "ENOMEM"),
    "execv": ("EACCES", "ENOENT", "ENOMEM"),
    "execve": ("EACCES", "ENOENT", "ENOMEM", "E2BIG", "ETXTBSY"),
    "execvp": ("EACCES", "ENOENT", "ENOMEM"),
    "fchmod": ("EPERM", "EROFS"),
    "fcntl64:dup": ("EMFILE",),
    "fcntl64:lock": ("EINTR", "ENOLCK"),
    "fcntl64:pipe-size": ("EPERM", "ENOMEM"),
    "fdopendir": ("ENOMEM",),
    "flock": ("EINTR", "ENOLCK"),
    "fork": ("EAGAIN", "ENOMEM"),
    "fstat64": ("ENOMEM",),
    "fstatat64": ("EACCES", "ENOENT", "ENOMEM"),
    "ftruncate64": ("EINTR", "EIO"),
    "futimens": ("EACCES", "EROFS"),
    "getcwd": ("EACCES", "ENOENT"),
    "gethostname": ("ENAMETOOLONG",),
    "getpgid": ("ESRCH",),
    "getpriority": ("ESRCH",),
    "getrandom": ("EINTR", "ENOSYS"),
    "getrlimit64": ("EPERM",),
    "getsockopt": ("ENOPROTOOPT",),
    "getxattr": ("ENODATA", "ENOTSUP"),
    "grantpt": ("EACCES",),
    "inotify_add_watch": ("ENOSPC", "ENOMEM"),
    "inotify_init1": (*DESCRIPTORS, "ENOMEM"),
    "ioctl": ("ENOTTY", "EIO"),
    "kill": ("EPERM", "ESRCH"),
    "lseek64": ("ESPIPE",),
    "lstat64": ("EACCES", "ENOENT", "ENOMEM"),
    "mkdir": ("EACCES", "ENOSPC", "EROFS"),
    "mkostemp64": OPENS,
    "nanosleep": ("EINTR",),
    "open64": OPENS,
    "__open64_2": OPENS,
    "openat64": OPENS,
    "opendir": ("EACCES", "EMFILE", "ENOENT", "ENOMEM"),
    "pidfd_open": ("EMFILE", "ENOSYS", "ESRCH"),
    "pidfd_send_signal": ("EPERM", "ESRCH", "ENOSYS"),
    "pipe2": DESCRIPTORS,
    "poll": ("EINTR", "ENOMEM"),
    "posix_openpt": ("ENOSPC", "EMFILE"),
    "ppoll": ("EINTR", "ENOMEM"),
    "prctl": ("EINVAL", "EPERM"),
    "pread64": ("EINTR", "EIO"),
    "__pread64_chk": ("EINTR", "EIO"),
    "pthread_create": ("EAGAIN",),
    "ptsname_r": ("ENOTTY",),
    "pwrite64:file": FILE_WRITES,
    "pwritev64v2:pipe": ("EAGAIN", "EINTR", "EOPNOTSUPP", "EPIPE"),
    "pwritev64v2:socket": ("EAGAIN", "EOPNOTSUPP", "EPIPE"),
    "pwritev64v2:device": ("EOPNOTSUPP",),
    "read:file": ("EINTR", "EIO"),
    "read:pipe": ("EINTR",),
    "read:own-pipe": ("EINTR",),
    "read:socket": ("EINTR", "ECONNRESET"),
    "read:device": ("EINTR", "EIO"),
    "read:event": ("EINTR",),
    "readdir64": ("EBADF",),
    "readlink": ("EACCES", "ENOENT"),
    "recv": ("EINTR", "ENOMEM"),
    "recvmsg": ("EINTR", "ENOMEM"),
    "rename": ("EACCES", "ENOSPC", "EROFS"),
    "renameat": ("EACCES", "ENOSPC", "EROFS"),
    "rmdir": ("EACCES",),
    "sendmsg": ("EINTR", "ENOBUFS"),
    "setpgid": ("EPERM", "ESRCH"),
    "setpriority": ("EACCES", "ESRCH"),
    "setrlimit64": ("EPERM",),
    "setsockopt": ("ENOMEM",),
    "signalfd": (*DESCRIPTORS, "ENOMEM"),
    "socket": DESCRIPTORS,
    "socketpair": DESCRIPTORS,
    "stat64": ("EACCES", "ENOENT"),
    "tcgetattr": ("EIO",),
    "tcgetpgrp": ("ENOTTY",),
    "tcsetattr": ("EINTR", "EIO"),
    "tcsetpgrp": ("EPERM",),
    "unlink": ("EACCES", "EROFS"),
    "unlinkat": ("EACCES", "EROFS"),
    "unlockpt": ("EINVAL",),
    "wait4": ("EINTR",),
    "waitid": ("EINTR",),
    "waitpid": ("EINTR",),
    "write:file": FILE_WRITES,
    "write:pipe": ("HALF", "EINTR", "EAGAIN", "EPIPE"),
    "write:own-pipe": ("EINTR",),
    "write:socket": ("HALF", "EINTR", "ENOBUFS", "EPIPE"),
    "write:device": ("HALF", "EINTR", "EIO"),
    "write:event": ("EINTR",),
}
# Errors of the files that a run writes, at each step, on a file system without space, quota or permission.
FILES = ("record", "log", "json", "junit", "markdown", "events", "copy")
NO_ROOM = ("ENOSPC", "EDQUOT", "EROFS", "EIO")
ERRORS |= {f"{call}:{file}": errors for file in FILES for call, errors in
           (("open64", (*OPENS, "EDQUOT")), ("openat64", (*OPENS, "EDQUOT")), ("write", ("HALF", "EINTR", *NO_ROOM)),
            ("close", ("EINTR", "EDQUOT", "ENOSPC", "EIO")), ("rename", ("EACCES", "EBUSY", *NO_ROOM)),
            ("renameat", ("EACCES", *NO_ROOM)), ("ftruncate64", ("EINTR", "EPERM", "EIO")))}
ERRORS |= {"capget": ("EPERM",), "syscall": ("ENOSYS", "EPERM")}
# The same errors for other names of read and write.
ERRORS |= {name.replace("read:", also): errors for name, errors in list(ERRORS.items()) if name.startswith("read:")
           for also in ("__read_chk:", "readv:")}
ERRORS |= {name.replace("write:", "writev:"): errors for name, errors in list(ERRORS.items()) if name.startswith("write:")}
# Errors that may repeat for ever; then waiting is correct.
PASSING = {"EINTR", "EAGAIN", "ENOBUFS", "HALF"}

AS_EVER = "no effect"
TOLD = "goes on with a warning"
OWN_FAILURE = "125 and a message"
OUTCOMES = (AS_EVER, TOLD, "126 or 127", OWN_FAILURE)
# The summary line is always present, so it does not count.
WARNING = re.compile(rb"^oversee: (warning|.*incomplete|cannot)", re.MULTILINE)

READER_GONE = {("write:pipe", "EPIPE"), ("writev:pipe", "EPIPE"), ("read:device", "EIO")}

MARK = 'echo ran > "$RAN"; '


@dataclass(frozen=True)
class Scenario:
    name: str
    options: tuple
    line: str  # for sh -c, after a marker that the command ran
    status: int  # without a fault
    out: bytes = b"out\n"
    ran: bool = True


SCENARIOS = (
    Scenario("plain", (), "echo out; echo err >&2; exit 3", 3),
    Scenario("deadline", ("-t", "400ms", "-k", "50ms"), "trap '' TERM; echo out; sleep 60 & wait; wait", 124),
    Scenario("pty", ("--pty",), "echo out; exit 3", 3, b"out\r\n"),
    Scenario("retry", ("-r", "1", "-d", "1ms", "--log-format", "raw"), "echo out; exit 3", 3, b"out\nout\n"),
    Scenario("leak", ("--no-log",), "setsid sleep 60 >/dev/null 2>&1 & echo out; exit 3", 3),
    Scenario("limits", ("-m", "200MiB", "--max-procs", "50", "--max-concurrent", "1", "--junit", "report.xml",
                        "--events", "file:events", "-i", "5s"), "echo out; exit 3", 3),
    Scenario("files", ("-l", "run.log", "--stdout-file", "copy.out", "--stderr-file", "copy.err", "--junit", "report.xml",
                       "--markdown", "report.md", "--events", "events", "--only-final", "-r", "1", "-d", "1ms"),
             "echo out; exit 3", 3),
    Scenario("required", ("--log-required", "--only-final", "-r", "1", "--stdout-file", "copy.out", "--junit", "report.xml"),
             "echo out; exit 0", 0),
    Scenario("quiet", ("-q", "--kill", "group"), "echo out; exit 0", 0, b""),
)


@dataclass(frozen=True)
class Case:
    scenario: Scenario
    role: str = ""
    call: str = ""
    first: int = 0
    last: int = 0
    error: str = ""

    def fault(self):
        number = HALF if self.error == "HALF" else getattr(errno, self.error)
        return f"{self.role} {self.call} {self.first} {self.last} {number}"

    def __str__(self):
        times = f"{self.first}" if self.last == self.first else f"{self.first} and on"
        return f"{self.scenario.name}: {self.role} {self.call} {times} {self.error}"


@dataclass
class Ended:
    case: Case
    status: int | None = None
    out: bytes = b""
    err: bytes = b""
    ran: bool = False
    left: list = field(default_factory=list)
    summary: dict | None = None
    record: dict | None = None
    report: str | None = None
    faults: list = field(default_factory=list)

    def outcome(self):
        """A few words for the table."""
        if self.status == 125:
            return OWN_FAILURE
        if self.status in (126, 127):
            return "126 or 127"
        if self.status != self.case.scenario.status:
            return f"{self.status}"
        return TOLD if WARNING.search(self.err) else AS_EVER


def run(program, case, calls=None):
    """Runs the scenario with the case's fault, in a separate directory."""
    ended = Ended(case)
    with tempfile.TemporaryDirectory(prefix="faults-") as directory:
        mark = f"FAULT_MARK={uuid.uuid4()}"
        environment = {"PATH": os.environ["PATH"], "TMPDIR": directory, "RAN": f"{directory}/ran",
                       "FAULT_MARK": mark.split("=", 1)[1], "LC_ALL": "C"}
        if case.call:
            environment["TEST_FAULT"] = case.fault()
        if calls:
            environment["TEST_CALLS"] = calls
        process = subprocess.Popen([program, *case.scenario.options, "--json", f"{directory}/summary.json", "--", "sh", "-c",
                                    MARK + case.scenario.line], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=environment, cwd=directory, start_new_session=True)
        try:
            ended.out, ended.err = process.communicate(timeout=BOUND)
            ended.status = process.returncode
        except subprocess.TimeoutExpired:
            pass
        end = time.monotonic() + (1 if ended.status is not None else 0)
        while (left := marked_processes(mark.encode())) and time.monotonic() < end:
            time.sleep(0.005)
        for pid in left:
            try:
                ended.left.append(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        if ended.status is None:
            ended.out, ended.err = process.communicate()
        ended.ran = Path(f"{directory}/ran").exists()
        try:
            ended.summary = json.loads(Path(f"{directory}/summary.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            ended.summary = None if isinstance(error, OSError) else {"broken": str(error)}
        look_at_files(ended, Path(directory))
    judge(ended)
    return ended


def look_at_files(ended, directory):
    """A report must be whole or empty; a record must be whole, or empty as created."""
    for path in directory.glob("oversee-*/[!.]*.json"):
        try:
            text = path.read_text(encoding="utf-8")
            ended.record = json.loads(text) if text else None
        except ValueError as error:
            ended.record = {"broken": str(error)}
    try:
        ended.report = (directory / "report.xml").read_text(encoding="utf-8")
    except OSError:
        pass


def judge(ended):
    """Records the broken promises."""
    case = ended.case
    scenario = case.scenario
    say = ended.faults.append
    if ended.status is None:
        say("hangs")
    if ended.left and b"could not be killed: " not in ended.err:
        say(f"leaves {ended.left}")
    if ended.summary and "broken" in ended.summary:
        say(f"a broken summary: {ended.summary['broken']}")
    if ended.record and "broken" in ended.record:
        say(f"a broken record: {ended.record['broken']}")
    if ended.report and not ended.report.rstrip().endswith("</testsuites>"):
        say(f"half a report: {ended.report[-60:]!r}")
    # If the end of a record could not be written, it stays "running", and `list` shows it as "lost".
    word = ended.record.get("status") if ended.record else None
    if word == "completed" and case.scenario.status != 0 or word == "failed" and ended.status == 0:
        say(f"a false record: {word}")
    if ended.status is None:
        return
    # A front that cannot write cannot report.
    dumb = case.role == "front" and case.call.startswith(("write", "poll"))
    complains = b"oversee: " in ended.err
    if ended.status == 125:
        if not complains and not dumb:
            say("125 without a sentence")
    elif -ended.status in (signal.SIGPIPE, signal.SIGHUP) and (case.call, case.error) in READER_GONE:
        pass  # the command dies of that, as it would without oversee
    elif ended.status < 0:
        say(f"dies of {signal.Signals(-ended.status).name}")
    elif not ended.ran:
        if ended.status not in (126, 127) or not complains:
            say(f"{ended.status}, and nothing ran")
    elif ended.status == scenario.status:
        if ended.out != scenario.out and not complains and not (dumb and case.last == FOR_EVER):
            say(f"output {ended.out!r}")
    elif ended.status == 0:
        say("a success")
    elif not complains and not dumb:
        say(f"{ended.status} without a word")


def calls_of(program, scenario):
    """The number of calls of each kind by each role without a fault."""
    with tempfile.TemporaryDirectory(prefix="faults-") as directory:
        calls = f"{directory}/calls"
        sound = run(program, Case(scenario), calls)
        if sound.status != scenario.status or sound.faults:
            sys.exit(f"{scenario.name} without a fault: {sound}")
        return collections.Counter(tuple(each.split()) for each in Path(calls).read_text(encoding="ascii").splitlines())


UNKNOWN = set()


def errors_of(call):
    """No errors for a call that ERRORS lacks; then the program as a whole fails."""
    if call not in ERRORS:
        UNKNOWN.add(call)
    return ERRORS.get(call, ())


def all_cases(program, scenario, per_call):
    """Each call by its number with each error; a permanent error is also tried from the first call on."""
    cases = []
    for (role, call), count in sorted(calls_of(program, scenario).items()):
        numbers = sorted({*range(1, count + 1, max(1, count // per_call)), count})
        cases += [Case(scenario, role, call, number, number, error) for number in numbers for error in errors_of(call)]
        cases += [Case(scenario, role, call, 1, FOR_EVER, error) for error in errors_of(call) if error not in PASSING]
    return cases


def few_cases(program, scenario):
    """The first and the last call of each kind, with one error each."""
    cases = []
    for (role, call), count in sorted(calls_of(program, scenario).items()):
        errors = errors_of(call)
        if not errors:
            continue
        cases += [Case(scenario, role, call, 1, 1, errors[0]), Case(scenario, role, call, count, count, errors[-1])]
    return cases


def table(ended):
    """The outcomes of each call that fails, for docs/reliability.md."""
    errors = collections.defaultdict(dict)
    outcomes = collections.defaultdict(set)
    for each in ended:
        name = each.case.call.strip("_").removesuffix("_2").replace("_chk", "").replace("64", "")
        errors[name][each.case.error] = None
        outcomes[name].add(each.outcome())
    lines = ["| call | fails with | outcome |", "|---|---|---|"]
    for name in sorted(errors):
        known = [each for each in OUTCOMES if each in outcomes[name]]
        others = ["the command dies of it"] if outcomes[name] - set(OUTCOMES) else []
        what = "half is written" if list(errors[name]) == ["HALF"] else " ".join(
            "half" if each == "HALF" else each for each in errors[name])
        call, _, about = name.partition(":")
        lines.append(f"| {call}(2){about and ', ' + about} | {what} | {'; '.join(known + others)} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "build/tests/faults/oversee-failing-calls", help="linked with the faults")
    parser.add_argument("--per-call", type=int, default=12, help="about how many of a call's occurrences are tried")
    parser.add_argument("--few", action="store_true", help="two cases a call")
    parser.add_argument("--only", default="", help="the cases whose names contain this")
    parser.add_argument("--files", action="store_true", help="only the calls on files that a run writes")
    parser.add_argument("--table", action="store_true", help="print the table of docs/reliability.md as well")
    parser.add_argument("--verbose", action="store_true", help="name each run")
    parser.add_argument("scenarios", nargs="*", help=f"of {', '.join(each.name for each in SCENARIOS)}; else all")
    arguments = parser.parse_args()
    program = str(Path(arguments.program).resolve())
    chosen = [each for each in SCENARIOS if not arguments.scenarios or each.name in arguments.scenarios]
    cases = []
    for each in chosen:
        cases += few_cases(program, each) if arguments.few else all_cases(program, each, arguments.per_call)
    cases = [each for each in cases if arguments.only in str(each) and
             (not arguments.files or each.call.partition(":")[2] in FILES)]
    all_ended = []
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0)) * 2) as pool:
        for ended in pool.map(lambda case: run(program, case), cases):
            all_ended.append(ended)
            if ended.faults or arguments.verbose:
                print(f"{ended.case}: {'; '.join(ended.faults) or ended.outcome()}\n    status {ended.status}, "
                      f"{'ran' if ended.ran else 'nothing ran'}, stderr {ended.err[-300:]!r}", flush=True)
    if arguments.table:
        print(table(all_ended))
    bad = sum(bool(each.faults) for each in all_ended)
    calls = len({(each.role, each.call) for each in cases})
    print(f"{len(cases)} runs, {calls} calls of {len(chosen)} kinds of runs: {bad} not as promised")
    if UNKNOWN:
        print(f"nobody says what these fail with: {', '.join(sorted(UNKNOWN))}")
    return 1 if bad or UNKNOWN else 0


if __name__ == "__main__":
    sys.exit(main())
