"""The command inherits from the caller what it would without oversee: descriptors, signals, limits, make's
jobserver; and what the caller lent is returned unchanged."""

import fcntl
import os
import resource
import shutil
import signal
import socket
import unittest
from subprocess import PIPE

from harness import OVERSEE, OverseeCase, helper, parse_state

# Differs by design: processes, groups, the streams, and variables that oversee adds.
OWN = ("pid", "ppid", "group", "session", "fd 0", "fd 1", "fd 2", "isatty 0", "isatty 1", "isatty 2", "nonblocking 0",
       "nonblocking 1", "nonblocking 2")


def block(*signals):
    return lambda: signal.pthread_sigmask(signal.SIG_BLOCK, signals)


def ignore(*signals):
    def prepare():
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
    return prepare


class State(OverseeCase):
    def state(self, *prefix, **options):
        ended = self.run_plain(*prefix, helper("show_state"), **options)
        self.assertEqual(ended.status, 0, ended.err)
        state = parse_state(ended.out)
        state["env"] = {name: value for name, value in state["env"].items() if not name.startswith("OVERSEE_")}
        return state

    def assert_as_plain(self, **options):
        """Returns the state that is equal under oversee and without it."""
        plain = self.state(**options)
        ours = self.state(OVERSEE, **options)
        for key in OWN:
            plain.pop(key, None)
            ours.pop(key, None)
        # Each run holds one pipe of the test, under any number.
        for state in (plain, ours):
            pipes = [key for key in state if key.startswith("fd ") and state[key].startswith("pipe:")]
            self.assertEqual(len(pipes), 1)
            del state[pipes[0]]
        self.assertEqual(ours, plain)
        return ours

    def has(self, mask, number):
        return bool(int(mask, 16) & 1 << (number - 1))

    def test_plainly(self):
        state = self.assert_as_plain()
        self.assertEqual((int(state["SigIgn"], 16), int(state["SigBlk"], 16)), (0, 0))

    def test_descriptors(self):
        file = self.file("file", "x")
        one, other = socket.socketpair()
        with open(file, "rb") as opened, one, other:
            high = fcntl.fcntl(opened.fileno(), fcntl.F_DUPFD, 200)
            state = self.assert_as_plain(pass_fds=(opened.fileno(), other.fileno(), high))
            self.assertEqual(state[f"fd {high}"], str(file))
            self.assertTrue(state[f"fd {other.fileno()}"].startswith("socket:"))
            os.close(high)

    def test_ignored_signals(self):
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM,
                       signal.SIGUSR1, signal.SIGTSTP, signal.SIGRTMIN):
            with self.subTest(signal=number):
                self.assertTrue(self.has(self.assert_as_plain(prepare=ignore(number))["SigIgn"], number))

    def test_blocked_signals(self):
        numbers = (signal.SIGUSR2, signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGRTMAX)
        state = self.assert_as_plain(prepare=block(*numbers))
        for number in numbers:
            self.assertTrue(self.has(state["SigBlk"], number))

    def test_umask_nice_and_limits(self):
        def prepare():
            os.umask(0o027)
            os.nice(5)
            resource.setrlimit(resource.RLIMIT_NOFILE, (300, 400))

        state = self.assert_as_plain(prepare=prepare)
        self.assertEqual((state["Umask"], state["nice"]), ("0027", str(min(os.nice(0) + 5, 19))))
        ended = self.oversee("sh", "-c", "ulimit -Sn; ulimit -Hn", prepare=prepare)
        self.assertEqual(ended.out, b"300\n400\n")

    def test_own_files_are_private_whatever_the_umask(self):
        self.oversee("true", prepare=lambda: os.umask(0))
        self.assertEqual({(self.records / name).stat().st_mode & 0o777 for name in self.files()}, {0o600})

    def test_a_session_of_its_own_is_not_made(self):
        plain = self.start(helper("show_state"))
        self.assertEqual(parse_state(plain.finish().out)["session"], str(plain.pid))
        run = self.start(OVERSEE, helper("show_state"))
        state = parse_state(run.finish().out)
        self.assertEqual(state["session"], str(run.pid))
        self.assertEqual(state["group"], state["pid"], "without a terminal, a group of its own")


class Signals(OverseeCase):
    def test_a_hang_up_under_nohup_changes_nothing(self):
        run = self.start("nohup", OVERSEE, helper("report_signals"))
        run.expect(b"ready\n")
        run.signal(signal.SIGHUP)
        run.signal(signal.SIGRTMIN)
        self.assertEqual((run.finish().status, run.out), (0, b"ready\nend\n"))

    def test_control_a_hang_up_without_nohup_cancels(self):
        run = self.start(OVERSEE, helper("report_signals"), 1, 0)
        run.expect(b"ready\n")
        run.signal(signal.SIGHUP)
        self.assertEqual((run.finish().status, run.out), (-signal.SIGHUP, b"ready\n1\n"))

    def test_a_caller_that_ignores_its_children_loses_no_status(self):
        for status in (0, 7):
            ended = self.oversee("sh", "-c", f"(setsid true &); exit {status}", prepare=ignore(signal.SIGCHLD))
            self.assertEqual(ended.status, status)

    def test_a_timeout_holds_whatever_the_caller_blocks(self):
        everything = block(*(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}))
        run = self.start(OVERSEE, "-t", "200ms", "-k", "100ms", "sleep", 99, prepare=everything)
        self.assertEqual(run.finish().status, 124)
        self.assert_summary(signal="KILL")
        self.assert_nothing_left(run)

    def test_death_by_a_signal_is_passed_on_where_the_caller_blocks_or_ignores_it(self):
        for prepare in (block(signal.SIGTERM), ignore(signal.SIGTERM)):
            ended = self.oversee(helper("exit_with"), "signal", signal.SIGTERM.value, prepare=prepare)
            self.assertEqual(ended.status, -signal.SIGTERM)


class Streams(OverseeCase):
    def test_closed_ones(self):
        line = "exec {} {} state <&- >&- 2>&-"
        plain = self.run_plain("sh", "-c", line.format("", helper("show_state")))
        self.assertEqual((plain.status, (self.work / "state").exists()), (0, True))
        (self.work / "state").unlink()
        ended = self.run_plain("sh", "-c", line.format(OVERSEE, helper("show_state")))
        self.assertEqual((ended.status, ended.out, ended.err), (0, b"", b""))
        state = parse_state((self.work / "state").read_bytes())
        self.assertEqual(state["fd 0"], "/dev/null")
        self.assertTrue(state["fd 1"].startswith("pipe:") and state["fd 2"].startswith("pipe:"))
        self.assert_summary(status="completed", exit_status=0)

    def test_each_closed_alone_and_the_status_kept(self):
        for closed in ("<&-", ">&-", "2>&-", "<&- 2>&-"):
            with self.subTest(closed=closed):
                ended = self.run_plain("sh", "-c", f"exec {OVERSEE} sh -c 'echo out; echo err >&2; exit 9' {closed}")
                self.assertEqual(ended.status, 9)
                self.assertEqual(ended.out, b"" if ">&-" == closed else b"out\n")
                self.assertEqual(b"err\n" in ended.err, "2>&-" not in closed)

    def test_a_shells_process_substitution(self):
        ended = self.run_plain("bash", "-c", f"{OVERSEE} cat <(echo x) <(echo y); {OVERSEE} tee >(cat >&2) <<<z")
        self.assertEqual(ended.out, b"x\ny\nz\n")

    def test_a_pipe_for_standard_input_is_left_as_it_was(self):
        for flags in (os.O_NONBLOCK, 0):
            with self.subTest(flags=flags):
                reader, writer = os.pipe()
                fcntl.fcntl(reader, fcntl.F_SETFL, flags)
                before = fcntl.fcntl(reader, fcntl.F_GETFL)
                os.write(writer, b"line\n")
                ended = self.oversee("head", "-n1", stdin=reader)
                self.assertEqual((ended.status, ended.out), (0, b"line\n"))
                self.assertEqual(fcntl.fcntl(reader, fcntl.F_GETFL), before)
                os.close(reader)
                os.close(writer)


@unittest.skipUnless(shutil.which("make"), "needs make")
class Make(OverseeCase):
    RECIPES = """
all:
	+{prefix} $(MAKE) -f sub.mk
"""
    SUB = "all: a b\na b:\n\t@echo made $@\n"

    def make(self, prefix, *arguments):
        self.file("sub.mk", self.SUB)
        self.file("Makefile", self.RECIPES.format(prefix=prefix))
        return self.run_plain("make", *arguments)

    def test_the_jobserver_reaches_an_inner_make(self):
        ended = self.make(f"{OVERSEE} --summary never", "-j2")
        self.assertEqual(ended.status, 0, ended.err)
        self.assertEqual(ended.err, b"")
        made = sorted(line for line in ended.out.splitlines() if line.startswith(b"made"))
        self.assertEqual(made, [b"made a", b"made b"])

    def test_control_without_its_descriptors_make_warns(self):
        closing = "".join(f" {number}>&-" for number in range(3, 10))
        ended = self.make(f"bash -c 'exec \"$$0\" \"$$@\" {closing}'", "-j2")
        self.assertIn(b"jobserver unavailable", ended.err)

    def test_a_failed_recipe_fails_make(self):
        self.file("Makefile", f"all:\n\t@{OVERSEE} sh -c 'exit 3'\n")
        ended = self.run_plain("make")
        self.assertEqual(ended.status, 2)
        self.assertIn(b"Error 3", ended.err)

    def test_a_cancelled_make_leaves_nothing(self):
        self.file("Makefile", f"all: a b\na b:\n\t@{OVERSEE} --summary never {helper('daemon')} stay\n")
        run = self.start("make", "-j2")
        run.expect_match(rb"ready[^\n]*\n(.|\n)*ready[^\n]*\n")
        run.signal(signal.SIGTERM)
        run.finish()
        self.assert_nothing_left(run)

    def test_make_in_oversee(self):
        self.file("Makefile", "all: a b\na b:\n\t@echo made $@; exit 0\n")
        ended = self.oversee("make", "-j2", stdin=PIPE)
        self.assertEqual((ended.status, sorted(ended.out.splitlines())), (0, [b"made a", b"made b"]))


if __name__ == "__main__":
    unittest.main()
