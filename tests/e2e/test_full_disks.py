"""A full temporary file system: output is shown from memory, lost output makes a run fail, and the record is true."""

import json
import os
import re
import unittest

from harness import OverseeCase
from private_mounts import PrivateMounts, needs_mounts

KIB64 = 64 * 1024
COUNT = b"".join(b"%d\n" % number for number in range(1, 60_001))


@needs_mounts
class Shown(PrivateMounts, OverseeCase):
    def test_quiet_shows_a_failures_output(self):
        for mount in (self.full(), f"{self.small()} && mount -o remount,ro {self.tmp}", self.small(more=",nr_inodes=1")):
            with self.subTest(mount=mount):
                ended = self.behind(mount, "OVERSEE -q -- sh -c 'echo \"backup: disk full\"; exit 7'")
                self.assertEqual((ended.status, ended.out), (7, b"backup: disk full\n"))

    def test_quiet_shows_both_ends_of_much(self):
        ended = self.behind(self.full(), "OVERSEE -q -- sh -c 'seq 60000; exit 7'")
        self.assertEqual(ended.status, 7)
        self.assert_ends(ended)

    def assert_ends(self, ended):
        self.assertEqual(ended.out[:KIB64], COUNT[:KIB64])
        self.assertEqual(ended.out[-KIB64:], COUNT[-KIB64:])
        self.assertNotIn(b"oversee", ended.out)
        missing = len(COUNT) - len(ended.out)
        if missing:
            self.assertRegex(ended.err, rb"oversee: [\d.]+Ki?B of the output are left out here: cannot [^\n]*No space left")
        return missing

    def test_only_final_is_itself_while_it_fits(self):
        for mount in (self.full(), self.small(more=",nr_inodes=1")):
            ended = self.behind(mount, "v=$(OVERSEE --only-final -r 2 -- echo VERSION=1); echo \"$?:$v\"")
            self.assertEqual(ended.out, b"0:VERSION=1\n")

    def test_only_final_that_loses_is_no_success_and_no_sentence_on_stdout(self):
        ended = self.behind(self.full(), "OVERSEE --only-final -r 2 -d 0 --json r.json -- seq 60000")
        self.assertEqual(ended.status, 125)
        self.assertGreater(self.assert_ends(ended), 0)
        found = json.loads((self.work / "r.json").read_text())
        self.assertEqual((found["status"], found["reason"]), ("failed", "output_error"))

    def test_control_with_room_nothing_is_lost(self):
        ended = self.behind(self.small("4m"), "OVERSEE --only-final -r 2 -d 0 -- seq 60000")
        self.assertEqual((ended.status, ended.out), (0, COUNT))

    def test_what_the_limit_leaves_out_is_no_error(self):
        ended = self.oversee("-q", "--max-output", "100KiB", "-c", "seq 60000; exit 7")
        self.assertEqual(ended.status, 7)
        self.assertRegex(ended.err, rb"are left out here\n")


@needs_mounts
class Records(PrivateMounts, OverseeCase):
    FILL = "cat /dev/zero >{tmp}/fill 2>/dev/null || true"

    def ends(self, line, more=""):
        """The status and the record of a run that fills the file system."""
        ended = self.behind(self.small(more=more), f"OVERSEE {line}; s=$?; OVERSEE list --format json; exit $s")
        return ended, json.loads(ended.out)

    def test_the_record_of_a_run_that_filled_the_disk_says_how_it_ended(self):
        for command, status, word in (("true", 0, "completed"), ("exit 3", 3, "failed")):
            for more in ("--no-log", "-r 1 -d 0", "--log-format raw"):
                with self.subTest(command=command, more=more):
                    line = f"--summary never --show never {more} -- sh -c '{self.FILL.format(tmp=self.tmp)}; {command}'"
                    ended, listed = self.ends(line)
                    self.assertEqual(ended.status, status)
                    self.assertEqual([each["status"] for each in listed], [word], ended.err)

    def test_also_where_there_is_no_inode_for_another(self):
        line = f"--summary never --no-log -- sh -c 'i=0; while touch {self.tmp}/f$i 2>/dev/null; do i=$((i+1)); done; true'"
        ended, listed = self.ends(line, ",nr_inodes=12")
        self.assertEqual([each["status"] for each in listed], ["completed"], ended.err)

    def test_reports_on_a_full_disk_are_whole_or_missed(self):
        for flag in ("--json", "--junit", "--markdown"):
            for before in ("", "x" * 3000):
                with self.subTest(flag=flag, before=bool(before)):
                    setup = f"{self.small()}; printf %s '{before}' >{self.tmp}/r; {self.FILL.format(tmp=self.tmp)}"
                    ended = self.behind(setup, f"OVERSEE {flag} {self.tmp}/r --no-log -- true; s=$?; cat {self.tmp}/r 2>&1; exit $s")
                    self.assertIn(ended.status, (0, 125))
                    self.assertNotIn(b"xxx", ended.out)
                    if ended.status:
                        self.assertIn(b"No space left on device", ended.err)
                        self.assertEqual(ended.out, b"")
                    elif flag == "--json":
                        json.loads(ended.out)

    def test_copies_and_logs_that_are_lost_are_said_to_be(self):
        for flag, status in (("--stdout-file", 125), ("--log", 0), ("--log-required --log", 125), ("--events", 0)):
            with self.subTest(flag=flag):
                ended = self.behind(self.small(), f"OVERSEE {flag} {self.tmp}/f --json r.json -- seq 60000 >out")
                self.assertEqual(ended.status, status, ended.err)
                self.assertTrue(re.search(rb"oversee: warning: cannot write the [^\n]*No space left", ended.err), ended.err)
                self.assertEqual((self.work / "out").read_bytes(), COUNT)
                found = json.loads((self.work / "r.json").read_text())
                self.assertEqual(found["status"], "failed" if status else "completed")
                os.unlink(self.work / "r.json")


if __name__ == "__main__":
    unittest.main()
