"""--max-concurrent: never more than N runs of a group at once, in order of arrival, and a dead run frees its slot."""

import json
import os
import re
import signal
import unittest
from pathlib import Path

from harness import OVERSEE, OverseeCase, children, guard_of, is_gone, process_state, read_or_none, wait_until
from terminal import CTRL_C, Terminal

# Fewer if every start is slow.
CROWD = int(os.environ.get("OVERSEE_TEST_CROWD", "40" if "SANITIZED" in os.environ else "200"))
CROWD_BOUND = 60

# Waits until the file exists.
HOLD = "until [ -e go ]; do sleep 0.01; done"
HELD = f"echo started; {HOLD}"
# Each mark is one write with O_APPEND, which is atomic.
MARKED = f"echo start >> marks; {HOLD}; sleep 0.01; echo end >> marks"


class Slots(OverseeCase):
    def start_one(self, *arguments, most=1, group="g", command=("sh", "-c", HELD), **options):
        return self.start(OVERSEE, "--max-concurrent", most, "--group", group, *arguments, *command, **options)

    def record_of(self, running):
        """The record with the process's pid; None if there is none."""
        for each in self.records.glob("*.json"):
            text = each.read_text()
            if text and json.loads(text)["pid"] == running.pid:
                return json.loads(text)
        return None

    def status_of(self, running):
        return (self.record_of(running) or {}).get("status")

    def wait_for_status(self, running, status):
        wait_until(lambda: self.status_of(running) == status, f"the record says {status}")

    def start_holder(self, **options):
        holder = self.start_one(**options)
        holder.expect(b"started")
        return holder

    def queue_up(self, *arguments, **options):
        """Starts a run that is known to be in the queue."""
        waiter = self.start_one(*arguments, **options)
        self.wait_for_status(waiter, "pending")
        # The record is written first; when the process sleeps, it is in the queue.
        wait_until(lambda: process_state(waiter.pid) == "S", "it waits")
        return waiter

    def go(self):
        (self.work / "go").touch()


class AtOnce(Slots):
    def marks(self):
        return (read_or_none(self.work / "marks") or b"").decode().split()

    def most_at_once(self):
        running = most = 0
        for word in self.marks():
            running += 1 if word == "start" else -1
            most = max(most, running)
        self.assertEqual(running, 0)
        return most

    def test_a_crowd(self):
        """All at once with four slots: never five at a time, all end, and nothing remains in the queue."""
        crowd = [self.start_one("--summary", "never", "--no-log", most=4, command=("sh", "-c", MARKED))
                 for _ in range(CROWD)]
        wait_until(lambda: len(list(self.records.glob("*.json"))) == CROWD, "all have come")
        wait_until(lambda: len(self.marks()) == 4, "four have begun")
        self.go()
        self.assertEqual([each.finish(within=CROWD_BOUND).status for each in crowd], [0] * CROWD)
        self.assertEqual(self.marks().count("end"), CROWD)
        self.assertEqual(self.most_at_once(), 4)
        self.assertEqual(self.oversee("--max-concurrent", "1", "--when-full", "fail", "--group", "g", "true").status, 0)

    def test_control_without_slots_there_are_more(self):
        crowd = [self.start_one(most="none", command=("sh", "-c", MARKED)) for _ in range(20)]
        wait_until(lambda: len(self.marks()) == 20, "all have begun")
        self.go()
        self.assertEqual([each.finish().status for each in crowd], [0] * 20)
        self.assertEqual(self.most_at_once(), 20)

    def test_groups_do_not_count_each_other(self):
        self.start_holder()
        self.assertEqual(self.start_one(group="other", command=("true",)).finish().status, 0)
        # Without a name the group is `default`; and no name leads out of the directory.
        self.assertEqual(self.oversee("--max-concurrent", "1", "true").status, 0)
        self.assertEqual(self.start_one(group="../../x y", command=("true",)).finish().status, 0)
        self.assertEqual([each for each in self.files() if each.startswith("slots-")],
                         ["slots-%2E%2E%2F%2E%2E%2Fx%20y", "slots-default", "slots-g", "slots-other"])
        self.assertEqual(sorted(os.listdir(self.directory)), ["runtime", "tmp", "work"])

    def test_who_allows_fewer_waits_longer(self):
        first = self.start_holder(most=3)
        self.start_holder(most=3)
        self.assertEqual(self.start_one(most=3, command=("true",)).finish().status, 0)
        self.assertEqual(self.start_one("--when-full", "fail", most=2, command=("true",)).finish().status, 125)
        narrow = self.queue_up(most=2, command=("echo", "narrow"))
        first.signal(signal.SIGTERM)
        self.assertEqual(narrow.finish().out, b"narrow\n")

    def test_each_repetition_has_a_slot_of_its_own(self):
        repeated = self.start_one("--repeat", "6", "--jobs", "6", most=2, command=("sh", "-c", MARKED))
        wait_until(lambda: len(self.marks()) == 2, "two have begun")
        self.go()
        self.assertEqual(repeated.finish().status, 0)
        self.assertEqual(self.most_at_once(), 2)

    def test_the_slot_is_kept_from_the_first_attempt_to_the_last(self):
        one = self.start_one("-r", "1", "-d", "0", command=("sh", "-c", "echo try; [ -e again ] || "
                                                            "{ touch again; exit 1; }; " + HELD))
        one.expect(b"started")
        self.assertEqual(self.start_one("--when-full", "fail", command=("true",)).finish().status, 125)
        self.go()
        self.assertEqual(one.finish().status, 0)

    def test_a_run_within_a_run_has_its_slot(self):
        """Otherwise it would wait for itself."""
        inner = f"'{OVERSEE}' --max-concurrent 1 --group g"
        ended = self.start_one(command=("sh", "-c", f"{inner} sh -c \"{inner} echo inmost\"")).finish()
        self.assertEqual((ended.status, ended.out), (0, b"inmost\n"))
        logs = b"".join(each.read_bytes() for each in self.records.glob("*.log"))
        self.assertEqual(len(re.findall(rb"# slot      of group g, at most 1 at once, that of \S+, which", logs)), 2)

    def test_the_command_does_not_inherit_the_slot(self):
        # Otherwise a daemon that the command leaves would keep the slot.
        ended = self.start_one(command=("ls", "-l", "/proc/self/fd")).finish()
        self.assertIn(b"/proc/", ended.out)
        self.assertNotIn(b"slots-", ended.out)

    def test_the_command_does_not_inherit_the_wish(self):
        ended = self.oversee("sh", "-c", 'echo "<$OVERSEE_MAX_CONCURRENT$OVERSEE_GROUP>"',
                             env={"OVERSEE_MAX_CONCURRENT": "2", "OVERSEE_GROUP": "g"})
        self.assertEqual(ended.out, b"<>\n")
        self.assertEqual(self.summary()["slot"]["max_concurrent"], 2)


class Order(Slots):
    def test_first_come_first_served(self):
        holder = self.start_holder()
        waiters = []
        for number in range(8):
            waiters.append(self.start_one(command=("sh", "-c", f"echo {number} >> order")))
            self.wait_for_status(waiters[-1], "pending")
            # It enters the queue a moment after the record is written: wait until its place is visible.
            wait_until(lambda: self.locks_of_tickets() == number + 1, "it has its place")
        self.go()
        self.assertEqual([each.finish().status for each in (holder, *waiters)], [0] * 9)
        self.assertEqual((self.work / "order").read_text().split(), [str(each) for each in range(8)])

    def locks_of_tickets(self):
        """The number of locks on the group's file (proc_locks(5))."""
        inode = (self.records / "slots-g").stat().st_ino
        locks = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
        return len([each for each in locks
                    if "->" not in each and each[1] == "OFDLCK" and each[3] == "WRITE"
                    and each[5].endswith(f":{inode}") and int(each[6]) >= 1 << 40])

    def test_who_leaves_the_queue_holds_up_nobody(self):
        self.start_holder()
        first, second, third, last = (self.queue_up(command=("echo", "ran")) for _ in range(4))
        wait_until(lambda: self.locks_of_tickets() == 4, "four are in the queue")
        for each, number in ((second, signal.SIGKILL), (first, signal.SIGTERM), (third, signal.SIGKILL)):
            each.signal(number)
            self.assertEqual(each.finish().status, -number)
        wait_until(lambda: self.locks_of_tickets() == 1, "one is left in the queue")
        self.go()
        self.assertEqual((last.finish().status, last.out), (0, b"ran\n"))
        self.assertEqual((first.out, second.out, third.out), (b"", b"", b""))

    def test_who_is_stopped_in_the_queue_holds_up_nobody(self):
        holder = self.start_holder()
        stopped = self.queue_up(command=("echo", "at last"))
        wait_until(lambda: self.locks_of_tickets() == 1, "it is in the queue")
        stopped.signal(signal.SIGTSTP)
        wait_until(lambda: process_state(stopped.pid) == "T", "it has stopped")
        other = self.start_one(command=("echo", "overtaken"))
        self.go()
        self.assertEqual((holder.finish().status, other.finish().out), (0, b"overtaken\n"))
        self.assertEqual(process_state(stopped.pid), "T")
        stopped.signal(signal.SIGCONT)
        self.assertEqual((stopped.finish().status, stopped.out), (0, b"at last\n"))


class Deaths(Slots):
    def test_a_killed_holder_has_no_slot_any_more(self):
        holders = [self.start_holder(most=2) for _ in range(2)]
        waiter = self.queue_up(most=2, command=("echo", "free"))
        holders[0].signal(signal.SIGKILL)
        self.assertEqual(waiter.finish().out, b"free\n")

    def kill_front_and_hold_up_guard(self, without):
        """Returns the guard and the command, which is still live. Without this the front would continue the guard."""
        holder = self.start_without(without, "--max-concurrent", "1", "--group", "g", "sh", "-c", HELD)
        holder.expect(b"started")
        guard = wait_until(lambda: guard_of(holder.pid), "there is a guard")
        command = wait_until(lambda: children(guard), "there is a command")[0]
        os.kill(guard, signal.SIGSTOP)
        wait_until(lambda: process_state(guard) == "T", "the guard has stopped")
        holder.signal(signal.SIGKILL)
        holder.finish()
        self.assertFalse(is_gone(command))
        return guard, command

    def test_the_slot_of_a_killed_front_is_taken_until_its_tree_is_gone(self):
        guard, command = self.kill_front_and_hold_up_guard("guard-is-continued")
        refused = self.start_one("--when-full", "fail", command=("true",)).finish()
        self.assertEqual(refused.status, 125)
        waiter = self.queue_up(command=("echo", "free"))
        os.kill(guard, signal.SIGCONT)
        self.assertEqual(waiter.finish().out, b"free\n")
        self.assertTrue(is_gone(command))

    def test_control_without_the_guards_hold_it_is_another_runs_too_soon(self):
        guard, _ = self.kill_front_and_hold_up_guard("guard-is-continued,guard-holds-slot")
        self.assertEqual(self.start_one("--when-full", "fail", command=("true",)).finish().status, 0)
        os.kill(guard, signal.SIGCONT)

    def test_half_of_a_crowd_is_killed(self):
        """Holders and waiters alike: the others all end."""
        crowd = [self.start_one(most=4) for _ in range(40)]
        wait_until(lambda: len(list(self.records.glob("*.json"))) == 40, "all have come")
        for each in crowd[::2]:
            each.signal(signal.SIGKILL)
        self.go()
        self.assertEqual([each.finish().status for each in crowd], [-signal.SIGKILL, 0] * 20)

    def test_none_is_lost(self):
        for _ in range(10):
            holder = self.start_one(most=2)
            holder.expect(b"started")
            holder.signal(signal.SIGKILL)
            holder.finish()
        self.start_holder(most=2)
        self.start_holder(most=2)


class Ends(Slots):
    def test_cancelled_in_the_queue(self):
        self.start_holder()
        for number, name in ((signal.SIGINT, "INT"), (signal.SIGTERM, "TERM"), (signal.SIGHUP, "HUP")):
            with self.subTest(signal=name):
                waiter = self.queue_up(command=("touch", "ran"))
                waiter.signal(number)
                ended = waiter.finish()
                self.assertEqual(ended.status, -number)
                self.assertRegex(ended.err.decode(), rf"oversee: cancelled by {name} sent by pid {os.getpid()} after \S+ "
                                                     r"in the queue of group g \[log ")
                record = self.record_of(waiter)
                self.assertEqual((record["status"], record["reason"], record["attempts"]), ("cancelled", "signal", []))
                self.assertIsNone(record["slot"]["waited_ms"])
                self.assert_nothing_left(waiter)
        self.assertFalse((self.work / "ran").exists())

    def test_a_key_in_the_queue(self):
        self.start_holder()
        for options in ((), ("--pty",)):
            with self.subTest(options=options):
                terminal = Terminal(self, OVERSEE, *options, "--max-concurrent", "1", "--group", "g", "touch", "ran")
                self.wait_for_status(terminal, "pending")
                terminal.type(CTRL_C)
                self.assertEqual(terminal.finish(), -signal.SIGINT)
                self.assertRegex(terminal.seen, rb"cancelled by INT from the terminal after \S+ in the queue of group g")
                self.assertEqual(terminal.modes(), terminal.modes_before)
        self.assertFalse((self.work / "ran").exists())

    def test_patience(self):
        self.start_holder()
        ended = self.start_one("--queue-timeout", "200ms", "--json", "out.json", "-t", "10s", "--junit", "out.xml",
                               "--markdown", "out.md", command=("touch", "ran")).finish()
        self.assertEqual(ended.status, 124)
        self.assertGreaterEqual(ended.seconds, 0.2)
        self.assertRegex(ended.err.decode(), r"^oversee: timed out: no slot of group g was free within 2\d\dms: "
                                             r"1 of 1 is taken \(by \S+\); nothing was run \[log .*\]\n$")
        summary = json.loads((self.work / "out.json").read_text())
        self.assertEqual((summary["status"], summary["reason"], summary["exit_status"], summary["attempts"]),
                         ("timed_out", "queue_timeout", 124, []))
        self.assertIn('type="queue_timeout"', (self.work / "out.xml").read_text())
        self.assertFalse((self.work / "ran").exists())

    def test_full(self):
        holders = [self.start_holder(most=2) for _ in range(2)]
        ids = sorted(self.record_of(each)["run_id"] for each in holders)
        ended = self.start_one("--when-full", "fail", most=2, command=("touch", "ran")).finish()
        self.assertEqual(ended.status, 125)
        self.assertRegex(ended.err.decode(), rf"^oversee: failed: no slot of group g is free: 2 of 2 are taken "
                                             rf"\(by {ids[0]}, {ids[1]}\); nothing was run \[log .*\]\n$")
        self.assertFalse((self.work / "ran").exists())
        self.go()
        for each in holders:
            each.finish()
        self.assertEqual(self.start_one("--when-full", "fail", most=2, command=("true",)).finish().status, 0)

    def test_many_that_do_not_wait_find_as_many_slots_as_there_are(self):
        crowd = [self.start_one("--when-full", "fail", most=3) for _ in range(12)]
        refused = lambda: [each for each in crowd if self.status_of(each) == "failed"]
        running = lambda: [each for each in crowd if self.status_of(each) == "running"]
        wait_until(lambda: len(refused()) == 9 and len(running()) == 3, "three run, nine were refused",
                   lambda: str([self.status_of(each) for each in crowd]))
        self.go()
        self.assertEqual(sorted(each.finish().status for each in crowd), [0] * 3 + [125] * 9)

    def test_the_commands_time_begins_with_its_slot(self):
        holder = self.start_holder()
        waiter = self.queue_up("-t", "1s", "-T", "1s", command=("sh", "-c", "echo in time"))
        waiter.expect(b"waits for a slot", "err")  # one second has passed
        self.go()
        self.assertEqual((holder.finish().status, waiter.finish().status, waiter.out), (0, 0, b"in time\n"))
        self.assertGreaterEqual(self.record_of(waiter)["slot"]["waited_ms"], 1000)


class Told(Slots):
    def test_a_line_after_a_second(self):
        self.start_holder()
        for options, told in (((), True), (("-q",), False), (("--summary", "never"), False)):
            with self.subTest(options=options):
                waiter = self.start_one(*options, "--queue-timeout", "1.5s", command=("true",))
                line = r"oversee: true waits for a slot of group g: 1 of 1 is taken \(by \S+\)\n"
                self.assertEqual(bool(re.match(line, waiter.finish().err.decode())), told)

    def test_the_record_says_pending_then_running(self):
        holder = self.start_holder()
        waiter = self.queue_up()
        record = self.record_of(waiter)
        self.assertEqual(record["slot"], {"group": "g", "max_concurrent": 1, "waited_ms": None})
        self.go()
        self.assertEqual((holder.finish().status, waiter.finish().status), (0, 0))
        self.assertEqual(self.record_of(waiter)["status"], "completed")

    def test_events(self):
        self.start_holder()
        waiter = self.start_one("--events", "events", "--queue-timeout", "1.2s", command=("true",))
        self.assertEqual(waiter.finish().status, 124)
        events = [json.loads(line) for line in (self.work / "events").read_text().splitlines()]
        self.assertEqual([each["event"] for each in events], ["started", "slot_awaited", "finished"])
        self.assertEqual((events[1]["taken"], events[1]["before"]), (1, 0))


class Refused(Slots):
    def test_values_and_what_does_not_fit(self):
        for arguments, error in (
            (("--max-concurrent", "0"), "expected a whole number from 1 to 1000000, or none"),
            (("--group", "g"), "--group: it says nothing without a number of runs; give --max-concurrent N as well"),
            (("--when-full", "fail"), "--when-full: it says nothing without"),
            (("--queue-timeout", "1s"), "--queue-timeout: it says nothing without"),
            (("--max-concurrent", "1", "--when-full", "fail", "--queue-timeout", "1s"), "nothing is waited for"),
            (("--max-concurrent", "1", "--group", "x" * 65), "--group: it is longer than 64 bytes"),
            (("--max-concurrent", "1", "--group="), "--group"),
        ):
            with self.subTest(arguments=arguments):
                ended = self.oversee(*arguments, "touch", "ran")
                self.assertEqual(ended.status, 125)
                self.assertIn(error, ended.err.decode())
        self.assertFalse((self.work / "ran").exists())
        self.assertEqual(self.oversee("--max-concurrent", "none", "--group", "g", "true").status, 0)

    def test_without_a_run_directory_nothing_can_be_promised(self):
        (self.tmp / "gone").mkdir()
        ended = self.oversee("--max-concurrent", "1", "touch", "ran", env={"TMPDIR": str(self.tmp / "gone" / "not")})
        self.assertEqual(ended.status, 125)
        self.assertRegex(ended.err.decode(), r"^oversee: cannot use the directory for logs: \S+: No such file or directory; "
                                             r"set TMPDIR to another: --max-concurrent has its slots there\n$")
        self.assertFalse((self.work / "ran").exists())

    def test_a_link_in_place_of_the_slots(self):
        self.oversee("true")
        (self.records / "slots-g").symlink_to(self.work / "elsewhere")
        ended = self.start_one(command=("touch", "ran")).finish()
        self.assertEqual(ended.status, 125)
        self.assertRegex(ended.err.decode(), r"^oversee: cannot open: \S+/slots-g: Too many levels of symbolic links\n$")
        self.assertEqual(list(self.work.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
