"""Negative controls: promises that other tests check are broken when their mechanism is disabled
(src/model/mechanism.hpp). Each control also runs with the mechanism."""

import os
import shutil
import signal
import time
import unittest

from harness import (BOUND, OVERSEE_WITHOUT, OverseeCase, children, command_line, guard_of, helper, is_gone,
                     nearly_full_pipe, parse_state, process_state, read_or_none, wait_until)

# Seconds; a process that is still live after this time will not die.
PATIENCE = 1.0

EVERYTHING = ""


def block_children():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})


def default_pipe():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)


class Killed(OverseeCase):
    """Scenarios 8 to 10: front, guard, or both are killed."""

    def start_tree(self, without):
        """A leader, a family that ignores TERM, and a daemon."""
        run = self.start_without(without, "sh", "-c", f"{helper('ignore_term')} 3 & exec {helper('daemon')} stay")
        run.expect_match(rb"(?s)(?=.*ready\n)(?=.*ready \d+\n)")
        run.guard = wait_until(lambda: guard_of(run.pid), "a guard")
        return run

    def test_front(self):
        for without, left in (("front-is-watched", True), (EVERYTHING, False)):
            with self.subTest(without=without):
                run = self.start_tree(without)
                run.signal(signal.SIGKILL)
                run.finish()
                self.assertEqual(run.anything_left(within=PATIENCE if left else BOUND), left)

    def test_guard(self):
        for without, left in (("guard-is-watched", True), ("front-adopts", True), (EVERYTHING, False)):
            with self.subTest(without=without):
                run = self.start_tree(without)
                # A front that notices the guard's end while the guard is still killing finds the tree below itself.
                run.signal(signal.SIGSTOP)
                os.kill(run.guard, signal.SIGKILL)
                wait_until(lambda guard=run.guard: is_gone(guard), "the guard's end")
                run.signal(signal.SIGCONT)
                run.finish()
                self.assertEqual(run.anything_left(within=PATIENCE if left else BOUND), left)

    def test_process_group(self):
        for without, left in (("guard-session", True), (EVERYTHING, False)):
            with self.subTest(without=without):
                run = self.start_tree(without)
                os.killpg(run.pid, signal.SIGKILL)
                run.finish()
                self.assertEqual(run.anything_left(within=PATIENCE if left else BOUND), left)

    def test_guard_while_the_front_cannot_act(self):
        for without, lives in (("death-signal", True), (EVERYTHING, False)):
            with self.subTest(without=without):
                run = self.start_without(without, "sh", "-c", "echo $$; exec sleep 50")
                command = int(run.expect_match(rb"(\d+)\n")[1])
                guard = wait_until(lambda: guard_of(run.pid), "a guard")
                run.signal(signal.SIGSTOP)
                os.kill(guard, signal.SIGKILL)
                if lives:
                    time.sleep(PATIENCE)
                    self.assertFalse(is_gone(command))
                else:
                    wait_until(lambda: is_gone(command), "the command's end")
                run.signal(signal.SIGKILL)


class Reaped(OverseeCase):
    """Scenario 25: no zombie remains while the command is live."""

    def test_zombies(self):
        for without, stays in (("reap-orphans", True), (EVERYTHING, False)):
            with self.subTest(without=without):
                run = self.start_without(without, "sh", "-c", "sh -c 'sleep 0.2 & echo $!'; exec sleep 50")
                orphan = int(run.expect_match(rb"(\d+)\n")[1])
                guard = wait_until(lambda: guard_of(run.pid), "a guard")
                if stays:
                    wait_until(lambda: process_state(orphan) == "Z" and orphan in children(guard), "a zombie")
                    time.sleep(PATIENCE)
                    self.assertEqual(process_state(orphan), "Z")
                else:
                    wait_until(lambda: process_state(orphan) is None, "the orphan reaped")
                run.signal(signal.SIGTERM)
                self.assertEqual(run.finish().status, -signal.SIGTERM)
                self.assert_nothing_left(run)


class Shown(OverseeCase):
    """Scenarios 20 to 22: readers of the output."""

    def test_a_reader_that_leaves(self):
        for without, limit, expected in (("reader-loss", "2s", 124), (EVERYTHING, "1m", -signal.SIGPIPE)):
            with self.subTest(without=without):
                reader, writer = os.pipe()
                run = self.start_without(without, "-t", limit, "yes", stdout=writer, prepare=default_pipe)
                os.close(writer)
                with open(reader, "rb") as pipe:
                    pipe.readline()
                self.assertEqual(run.finish().status, expected)

    def test_a_full_disk(self):
        for without, expected in (("reader-error", 0), (EVERYTHING, 125)):
            with self.subTest(without=without), open("/dev/full", "wb") as full:
                ended = self.start_without(without, "echo", "lost", stdout=full).finish()
                self.assertEqual(ended.status, expected)

    def test_a_deadline_while_the_reader_sleeps(self):
        for without, late in (("write-aside,guard-keeps-deadline", True), (EVERYTHING, False)):
            with self.subTest(without=without):
                reader, writer = os.pipe()
                run = self.start_without(without, "-t", "300ms", "yes", stdout=writer)
                os.close(writer)
                command = wait_until(lambda: next((pid for pid in self.survivors() if command_line(pid) == ["yes"]), 0),
                                     "the command")
                if late:
                    time.sleep(0.3 + PATIENCE)
                    self.assertFalse(is_gone(command))
                else:
                    wait_until(lambda: is_gone(command), "the command's end, with nothing read")
                while os.read(reader, 1 << 20):
                    pass
                os.close(reader)
                self.assertEqual(run.finish().status, 124)

    def test_an_end_while_the_reader_sleeps(self):
        for without, late in (("leave-at-once", True), (EVERYTHING, False)):
            with self.subTest(without=without):
                shutil.rmtree(self.records, ignore_errors=True)
                reader, writer = os.pipe()
                run = self.start_without(without, "-t", "300ms", "yes", stdout=writer)
                os.close(writer)
                records = self.records
                wait_until(lambda: any(b'"timed_out"' in (read_or_none(each) or b"") for each in records.glob("*.json")),
                           "the end of the run")
                if late:
                    time.sleep(PATIENCE)
                    self.assertFalse(is_gone(run.pid))
                else:
                    wait_until(lambda: is_gone(run.pid), "the end of oversee, with nothing read")
                os.close(reader)
                run.finish()


    def test_an_end_while_the_reader_of_stderr_sleeps(self):
        """The pipe has room for one page, too little for the digest; the reader takes no signal either."""
        line = 'for i in $(seq 40); do printf "%0390d\\n" $i; done; exit 3'
        for without, late in (("lines-aside", True), (EVERYTHING, False)):
            with self.subTest(without=without):
                shutil.rmtree(self.records, ignore_errors=True)
                reader, writer, _ = nearly_full_pipe(4096)
                run = self.start_without(without, "--show", "never", "sh", "-c", line, stderr=writer)
                os.close(writer)
                records = self.records
                wait_until(lambda: any(b'"failed"' in (read_or_none(each) or b"") for each in records.glob("*.json")),
                           "the end of the run")
                if late:
                    run.signal(signal.SIGTERM)
                    time.sleep(3 * PATIENCE)
                    self.assertFalse(is_gone(run.pid))
                else:
                    wait_until(lambda: is_gone(run.pid), "the end of oversee, with nothing read")
                os.close(reader)
                run.finish()


class Silent(OverseeCase):
    """Scenario 23: what counts as silence."""

    TICKS = "for i in 1 2 3 4 5 6 7 8 9 10; do echo $i; sleep 0.3; done"

    def test_oversee_itself_was_stopped(self):
        for without, expected in (("look-before-idle", 124), (EVERYTHING, 0)):
            with self.subTest(without=without):
                run = self.start_without(without, "-i", "1s", "sh", "-c", self.TICKS)
                run.expect(b"1\n")
                run.signal(signal.SIGSTOP)
                run.anything_left(within=2)
                run.signal(signal.SIGCONT)
                self.assertEqual(run.finish().status, expected)

    def test_a_blocked_reader(self):
        for without, expected in (("idle-stands-still,look-before-idle", 124), (EVERYTHING, 0)):
            with self.subTest(without=without):
                reader, writer = os.pipe()
                run = self.start_without(without, "-i", "1s", "head", "-c", 8_000_000, "/dev/zero", stdout=writer)
                os.close(writer)
                run.anything_left(within=2)
                while os.read(reader, 1 << 20):
                    pass
                os.close(reader)
                self.assertEqual(run.finish().status, expected)


class Inherited(OverseeCase):
    """Scenario 24: inheritance from the caller."""

    def state(self, without, line="exec {} {} state"):
        file = self.work / "state"
        file.unlink(missing_ok=True)
        shell = line.format(OVERSEE_WITHOUT, helper("show_state"))
        self.run_plain("sh", "-c", shell, env={"OVERSEE_TEST_WITHOUT": without})
        return parse_state(file.read_bytes()) if file.exists() else {}

    def test_signals(self):
        self.assertEqual(int(self.state(EVERYTHING)["SigBlk"], 16), 0)
        self.assertNotEqual(int(self.state("callers-signals")["SigBlk"], 16), 0)

    def test_closed_standard_streams(self):
        closed = "exec {} {} state <&- >&- 2>&-"
        self.assertEqual(self.state(EVERYTHING, closed)["fd 0"], "/dev/null")
        self.assertNotEqual(self.state("open-streams", closed).get("fd 0"), "/dev/null")

    def test_a_caller_that_blocks_the_end_of_children(self):
        run = self.start_without("own-signals", "true", prepare=block_children)
        self.assertTrue(run.anything_left(within=PATIENCE), "it waits for ever")
        run.signal(signal.SIGKILL)
        self.assertEqual(self.start_without(EVERYTHING, "true", prepare=block_children).finish().status, 0)


if __name__ == "__main__":
    unittest.main()
