"""Runs of other PID and time namespaces and of other hosts in one run directory: live unless known otherwise."""

import fcntl
import json
import os
import resource
import shutil
import signal
import struct
import subprocess
import unittest

from harness import OVERSEE, OVERSEE_WITHOUT, OverseeCase, children, is_gone, wait_until
from test_background import WAIT, BackgroundCase

OTHER_PIDS = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child=KILL")
OTHER_TIME = ("unshare", "--time", "--boottime", "1000000", "--fork", "--kill-child=KILL")
NO_PROC = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh")


def refusal(namespace):
    return subprocess.run([*namespace, "true"], stderr=subprocess.PIPE, text=True, check=False).stderr.strip()


def where_allowed(namespace):
    refused = refusal(namespace)
    return unittest.skipIf(refused, f"may not make the namespace: {refused}")


class ForeignCase(BackgroundCase):
    def begin(self, *namespace, without=None):
        """A run in the namespace that waits at the gate; its oversee's pid out here, and its id."""
        program = OVERSEE if without is None else OVERSEE_WITHOUT
        env = {} if without is None else {"OVERSEE_TEST_WITHOUT": without}
        self.run_in_there = self.start(*namespace, program, "-c", f"echo before; {WAIT}; echo after; exit 3", env=env)
        self.run_in_there.expect(b"before\n")
        (self.front,) = wait_until(lambda: children(self.run_in_there.pid), "oversee in there")
        (record,) = self.records.glob("*.json")
        wait_until(lambda: b'"running"' in record.read_bytes(), "its record")
        return record.stem

    def status_of(self, run_id):
        (listed,) = [each for each in json.loads(self.oversee("list", "--format", "json").out)
                     if each["run_id"] == run_id]
        return listed["status"]

    def change(self, run_id, place=None, **members):
        path = self.records / f"{run_id}.json"
        record = json.loads(path.read_bytes())
        record.update(members)
        record["place"].update(place or {})
        changed = path.with_suffix(".tmp")  # replaced as oversee does: the run's line in the index no longer counts
        changed.write_text(json.dumps(record, indent=2) + "\n")
        changed.replace(path)

    def assert_counts_as_alive(self, run_id, status):
        """All verbs agree, except `cancel`."""
        self.assertEqual(self.status_of(run_id), status)
        self.assertEqual([each["run_id"] for each in json.loads(
            self.oversee("list", "--status", status, "--format", "json").out)], [run_id])
        self.assertEqual(json.loads(self.oversee("list", "--status", "lost", "--format", "json").out), [])
        shown = self.oversee("show", run_id)
        self.assertEqual(shown.status, 0)
        self.assertRegex(shown.out.decode(), rf"(?m)^status +{status}\b")
        self.assertNotIn(b"lost", self.oversee("stats").out)
        waited = self.oversee("wait", run_id, "-t", "10ms", "--format", "json")
        self.assertEqual((waited.status, json.loads(waited.out)[0]["status"]), (124, status))
        cleaned = self.oversee("clean", "--keep", "0", "--format", "json")
        self.assertEqual((cleaned.status, json.loads(cleaned.out)["removed"]), (0, []))
        # The cleaning that a run does at its end must spare it.
        self.assertEqual(self.oversee("--keep-runs", "0", "true").status, 0)
        self.assertTrue((self.records / f"{run_id}.json").exists())
        self.assertTrue((self.records / f"{run_id}.log").exists())

    def assert_ends_well(self, run_id):
        follower = self.start(OVERSEE, "logs", run_id, "-f", "--stdout")
        follower.expect(b"before\n")
        waiter = self.start(OVERSEE, "wait", run_id)
        self.go_on()
        self.assertEqual(waiter.finish().status, 3)
        self.assertEqual(follower.finish().out, b"before\nafter\n")
        self.assertEqual(self.run_in_there.finish().status, 3)
        self.assertEqual(self.status_of(run_id), "failed")
        self.assertEqual(self.oversee("clean", "--keep", "0").status, 0)
        self.assertFalse((self.records / f"{run_id}.json").exists())


@where_allowed(OTHER_PIDS)
class OtherPids(ForeignCase):
    def test_it_lives_in_every_verb_until_it_has_ended(self):
        run_id = self.begin(*OTHER_PIDS)
        self.assert_counts_as_alive(run_id, "running")
        self.assert_ends_well(run_id)

    def test_cancel_says_that_it_cannot(self):
        run_id = self.begin(*OTHER_PIDS)
        for more in ((), ("--no-wait",), ("-s", "INT"), ("-t", "10ms")):
            with self.subTest(more):
                ended = self.oversee("cancel", run_id, *more)
                self.assertEqual((ended.status, ended.out), (125, b""))
                self.assertRegex(ended.err, rb"\Aoversee: [^\n]*another PID namespace \(pid 1 there\)[^\n]*\n\Z")
        self.assertFalse(is_gone(self.front))
        self.assert_ends_well(run_id)

    def test_from_in_there_out_here_is_as_foreign(self):
        run_id = self.detach("-c", WAIT)
        inside = lambda *words: self.run_plain(*OTHER_PIDS, OVERSEE, *words)
        self.assertEqual(json.loads(inside("list", "--format", "json").out)[0]["status"], "running")
        self.assertEqual(inside("cancel", run_id).status, 125)
        self.assertEqual(inside("wait", run_id, "-t", "10ms").status, 124)
        self.assertEqual(inside("clean", "--keep", "0").status, 0)
        self.assertEqual(self.status_of(run_id), "running")
        self.assertEqual(self.oversee("cancel", run_id).status, 0)

    def test_killed_it_is_lost_and_can_be_cleaned(self):
        run_id = self.begin(*OTHER_PIDS)
        waiter = self.start(OVERSEE, "wait", run_id)
        os.kill(self.front, signal.SIGKILL)
        self.run_in_there.finish()
        self.assertEqual(waiter.finish().status, 125)
        self.assertEqual(self.status_of(run_id), "lost")
        self.assertEqual(self.oversee("clean", "--keep", "0").status, 0)
        self.assertFalse((self.records / f"{run_id}.json").exists())

    def test_without_a_lock_it_is_unknown_and_alive(self):
        run_id = self.begin(*OTHER_PIDS, without="life-lock")
        self.assert_counts_as_alive(run_id, "unknown")
        ended = self.oversee("cancel", run_id)
        self.assertEqual(ended.status, 125)
        self.assertIn(b"another PID namespace", ended.err)
        self.assert_ends_well(run_id)

    def test_control_without_a_lock_an_end_that_nobody_told_is_never_known(self):
        for without, status in (("life-lock", "unknown"), ("", "lost")):
            with self.subTest(without=without):
                run_id = self.begin(*OTHER_PIDS, without=without)
                os.kill(self.front, signal.SIGKILL)
                self.run_in_there.finish()
                self.assertEqual(self.status_of(run_id), status)
                for each in self.records.glob(f"{run_id}.*"):
                    each.unlink()

    def test_a_copy_of_the_directory_proves_no_end(self):
        run_id = self.begin(*OTHER_PIDS)
        copy = self.directory / "copy"
        shutil.copytree(self.records, copy / self.records.name)
        listed = self.oversee("list", "--format", "json", env={"TMPDIR": str(copy)})
        self.assertEqual(json.loads(listed.out)[0]["status"], "unknown")
        self.assert_ends_well(run_id)


@where_allowed(OTHER_TIME)
class OtherTime(ForeignCase):
    def test_it_lives_in_every_verb_until_it_has_ended(self):
        run_id = self.begin(*OTHER_TIME)
        self.assert_counts_as_alive(run_id, "running")
        self.assert_ends_well(run_id)

    def test_its_pid_is_of_here_so_that_it_can_be_cancelled(self):
        run_id = self.begin(*OTHER_TIME)
        self.assertEqual(self.oversee("cancel", run_id).status, 0)
        self.assertEqual(self.status_of(run_id), "cancelled")
        self.run_in_there.finish()

    def test_without_a_lock_it_is_not_signalled(self):
        run_id = self.begin(*OTHER_TIME, without="life-lock")
        self.assert_counts_as_alive(run_id, "unknown")
        ended = self.oversee("cancel", run_id)
        self.assertEqual(ended.status, 125)
        self.assertRegex(ended.err, rb"\Aoversee: [^\n]*may be another process[^\n]*\n\Z")
        self.assertFalse(is_gone(self.front))
        self.assert_ends_well(run_id)

    def test_killed_it_is_lost(self):
        run_id = self.begin(*OTHER_TIME, without="life-lock")
        self.change(run_id, pid=2 ** 22 + 1)  # above Linux's maximum
        self.assertEqual(self.status_of(run_id), "lost")
        self.change(run_id, pid=self.front)
        self.assert_ends_well(run_id)


class OtherHost(ForeignCase):
    def of_another_host(self):
        run_id = self.detach("true")
        self.oversee("wait", run_id)
        self.change(run_id, status="running", host="another-host")
        return run_id

    def test_it_counts_as_alive(self):
        run_id = self.of_another_host()
        self.assert_counts_as_alive(run_id, "unknown")
        ended = self.oversee("cancel", run_id)
        self.assertEqual(ended.status, 125)
        self.assertRegex(ended.err, rb"\Aoversee: [^\n]*host another-host[^\n]*\n\Z")

    def test_a_wait_for_it_does_not_turn_in_circles(self):
        run_id = self.of_another_host()
        for words in (("wait", run_id, "-t", "2s"), ("wait", run_id, "-t", "2s", "--format", "json")):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.assertEqual(self.oversee(*words).status, 124)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.assertLess(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1.0)

    def test_it_is_waited_for_until_its_record_says_so(self):
        run_id = self.of_another_host()
        waiter = self.start(OVERSEE, "wait", run_id)
        self.change(run_id, status="failed", exit_status=7)
        self.assertEqual(waiter.finish().status, 7)

    def test_an_earlier_boot_of_this_machine_is_over_and_of_another_nothing_is_known(self):
        run_id = self.detach("true")
        self.oversee("wait", run_id)
        place = json.loads((self.records / f"{run_id}.json").read_bytes())["place"]
        self.change(run_id, status="running", place={"boot_id": "00000000-0000-0000-0000-000000000000"})
        self.assertEqual(self.status_of(run_id), "lost" if place["machine"] else "unknown")
        self.change(run_id, place={"machine": "0000000000000000"})
        self.assertEqual(self.status_of(run_id), "unknown")


@unittest.skipIf("SANITIZED" in os.environ, "a sanitizer needs /proc at the end of a process")
@where_allowed(NO_PROC)
class WithoutProc(ForeignCase):
    """/proc shows neither a process's start time nor its namespaces: the lock shows that it is live."""

    def test_a_run_of_here_is_seen_from_there(self):
        run_id = self.detach("-c", WAIT)
        listed = self.run_plain(*NO_PROC, OVERSEE, "list", "--format", "json")
        self.assertEqual(json.loads(listed.out)[0]["status"], "running")
        self.assertEqual(self.run_plain(*NO_PROC, OVERSEE, "clean", "--keep", "0").status, 0)
        self.assertEqual(self.run_plain(*NO_PROC, OVERSEE, "cancel", run_id).status, 125)
        self.assertEqual(self.oversee("cancel", run_id).status, 0)

    def test_a_run_of_there_is_seen_from_here(self):
        run = self.start(*NO_PROC, OVERSEE, "-c", f"echo before; {WAIT}")
        run.expect(b"before\n")
        (record,) = self.records.glob("*.json")
        wait_until(record.read_bytes, "the record is written")
        self.assertIsNone(json.loads(record.read_bytes())["place"]["pid_namespace"])
        self.assertEqual(self.status_of(record.stem), "running")
        self.assertEqual(self.oversee("clean", "--keep", "0").status, 0)
        self.assertEqual(self.oversee("cancel", record.stem).status, 125)
        self.go_on()
        self.assertEqual(run.finish().status, 0)


class AboutToStart(OverseeCase):
    def test_a_record_without_words_is_pending_as_long_as_its_lock_is_held(self):
        """A supervisor that is stopped before it has written its record."""
        self.records.mkdir(mode=0o700)
        run_id = "20200101-000000-aaaa"
        (self.records / f"{run_id}.json").touch()
        os.utime(self.records / f"{run_id}.json", (0, 0))
        number = 0xCBF29CE484222325
        for byte in run_id.encode():
            number = (number ^ byte) * 0x100000001B3 % 2 ** 64
        held = os.open(self.records, os.O_RDONLY)
        try:
            lock = struct.pack("hhqqi4x", fcntl.F_RDLCK, os.SEEK_SET, number >> 2, 1, 0)
            fcntl.fcntl(held, fcntl.F_OFD_SETLK, lock)
            self.assertEqual(json.loads(self.oversee("list", "--format", "json").out)[0]["status"], "pending")
            self.assertEqual(self.oversee("clean", "--keep", "0").status, 0)
            self.assertTrue((self.records / f"{run_id}.json").exists())
        finally:
            os.close(held)
        self.assertEqual(json.loads(self.oversee("list", "--format", "json").out)[0]["status"], "lost")
        self.assertEqual(self.oversee("clean", "--keep", "0").status, 0)
        self.assertFalse((self.records / f"{run_id}.json").exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
