"""Another user has taken the name of the run directory: the run continues, with its record in a private directory."""

import json
import os
import signal
import subprocess
import unittest

from harness import OVERSEE, OverseeCase, wait_until
from ordinary_user import OrdinaryUserCase

# For root, /run would receive the records of these tests.
OWN_RUN = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o mode=755 none /run && exec "$@"', "sh")
REFUSED = subprocess.run([*OWN_RUN, "true"], stderr=subprocess.PIPE, text=True, check=False).stderr.strip()


class TakenCase(OverseeCase):
    def setUp(self):
        super().setUp()
        self.spare = self.runtime / "oversee"

    def take(self):
        """Takes the name, as any user can in /tmp."""
        self.records.symlink_to("/nonexistent")

    def environment(self, **changes):
        return super().environment(**{"XDG_RUNTIME_DIR": str(self.runtime), **changes})

    def assert_one_warning(self, ended, words):
        self.assertRegex(ended.err.decode(), rf"\Aoversee: [^\n]*{self.records.name}[:;] [^\n]*{words}[^\n]*\n\Z")

    def spare_files(self, suffix):
        return sorted(each.name for each in self.spare.glob(f"*{suffix}")) if self.spare.exists() else []


class Taken(TakenCase):
    def test_the_run_goes_on_and_is_recorded_where_only_its_user_can_write(self):
        self.take()
        ended = self.oversee("--summary", "never", "sh", "-c", "echo out; exit 3")
        self.assertEqual((ended.status, ended.out), (3, b"out\n"))
        self.assert_one_warning(ended, "recorded in .*/runtime/oversee")
        self.assertEqual(len(self.spare_files(".json")), 1)
        self.assertEqual(len(self.spare_files(".log")), 1)
        self.assertEqual(self.spare.stat().st_mode & 0o777, 0o700)

    def test_whatever_has_the_name(self):
        for kind in ("file", "pipe", "link"):
            with self.subTest(kind):
                if kind == "file":
                    self.records.touch()
                elif kind == "pipe":
                    os.mkfifo(self.records)
                else:
                    self.records.symlink_to(self.runtime)
                self.assertEqual(self.oversee("sh", "-c", "exit 3").status, 3)
                self.records.unlink()
        self.assertEqual(len(self.spare_files(".json")), 3)

    def test_with_a_log_of_its_own_or_none(self):
        self.take()
        for words in (("--no-log",), ("-l", "own.log"), ("--log-required", "-l", "required.log"), ("--log-required",)):
            with self.subTest(words):
                self.assertEqual(self.oversee(*words, "sh", "-c", "exit 3").status, 3)
        self.assertIn(b"exit_code", b"".join(each.read_bytes() for each in self.spare.glob("*.json")))
        self.assertTrue((self.work / "own.log").read_bytes())

    def test_all_verbs_follow(self):
        self.take()
        self.assertEqual(self.oversee("sh", "-c", "echo out; exit 3").status, 3)
        listed = self.oversee("list", "--format", "json")
        self.assertEqual((listed.status, len(json.loads(listed.out))), (0, 1))
        self.assert_one_warning(listed, "runtime/oversee")
        self.assertEqual(self.oversee("logs", "last", "--stdout").out, b"out\n")
        self.assertEqual(self.oversee("show", "last").status, 0)
        self.assertIn(b"exit 3", self.oversee("stats").out)
        self.assertEqual(self.oversee("wait", "last").status, 3)
        self.assertEqual(self.oversee("list", "--ids").out.decode().strip() + ".json", self.spare_files(".json")[0])
        self.assertEqual(self.oversee("clean", "--keep", "0").status, 0)
        self.assertEqual(self.spare_files(".json"), [])

    def test_one_that_is_detached_can_be_cancelled(self):
        self.take()
        begun = self.oversee("--detach", "sleep", "1000")
        self.assertEqual(begun.status, 0, begun.err)
        self.assertEqual(self.oversee("cancel", begun.out.decode().strip()).status, 0)

    def test_slots_are_there_too(self):
        self.take()
        first = self.start(OVERSEE, "--max-concurrent", "1", "--group", "g", "sh", "-c", "echo ready; exec sleep 1000")
        first.expect(b"ready\n")
        second = self.oversee("--max-concurrent", "1", "--group", "g", "--when-full", "fail", "touch", "ran")
        self.assertEqual(second.status, 125)
        self.assertFalse((self.work / "ran").exists())
        first.signal(signal.SIGTERM)
        first.finish()

    def test_the_guard_finishes_the_record_there(self):
        self.take()
        run = self.start(OVERSEE, "sh", "-c", "echo ready; exec sleep 1000")
        run.expect(b"ready\n")
        wait_until(lambda: [each for each in self.spare.glob("*.json") if b'"running"' in each.read_bytes()], "it runs")
        run.signal(signal.SIGKILL)
        run.finish()
        (record,) = self.spare.glob("*.json")
        wait_until(lambda: json.loads(record.read_bytes())["status"] == "failed", "the guard's words")

    def test_a_spare_directory_that_others_can_write_to_is_none(self):
        self.take()
        self.runtime.chmod(0o777)
        wrapped = OWN_RUN if os.getuid() == 0 else ()
        if wrapped and REFUSED:
            self.skipTest(f"may not mount: {REFUSED}")
        self.assertEqual(self.run_plain(*wrapped, OVERSEE, "sh", "-c", "exit 3").status, 3)
        self.assertFalse(self.spare.exists())

    def test_a_directory_of_ours_is_used_whatever_else_is_there(self):
        self.spare.mkdir(mode=0o700)
        self.assertEqual(self.oversee("true").err.count(b"recorded in"), 0)
        self.assertEqual((self.spare_files(".json"), len(self.files())), ([], 2))
        self.assertEqual(len(json.loads(self.oversee("list", "--format", "json").out)), 1)

    def test_a_tmpdir_that_cannot_be_written_to_is_no_other_place(self):
        ended = self.oversee("--summary", "never", "true", env={"TMPDIR": str(self.directory / "not")})
        self.assertEqual(ended.status, 0)
        self.assertRegex(ended.err, rb"\Aoversee: [^\n]*leaves no record\n\Z")
        self.assertFalse(self.spare.exists())


@unittest.skipUnless(os.getuid() == 0, "takes two users")
class NoOther(OrdinaryUserCase, TakenCase):
    """An ordinary user without XDG_RUNTIME_DIR, as in a service: there is no other place."""

    def setUp(self):
        super().setUp()
        self.records.mkdir(mode=0o777)  # belongs to root
        self.runtime.rmdir()

    def test_the_run_goes_on_without_a_record(self):
        for words in ((), ("--no-log",), ("-l", "own.log")):
            with self.subTest(words):
                ended = self.oversee("--summary", "never", *words, "sh", "-c", "echo out; exit 3")
                self.assertEqual((ended.status, ended.out), (3, b"out\n"))
                self.assertEqual(ended.err.count(b"leaves no record\n"), 1)
        self.assertEqual(list(self.records.iterdir()), [])

    def test_what_cannot_do_without_is_refused(self):
        for words in (("--max-concurrent", "1"), ("--detach",), ("--log-required",)):
            with self.subTest(words):
                self.assertEqual(self.oversee(*words, "touch", "ran").status, 125)
                self.assertFalse((self.work / "ran").exists())

    def test_verbs_say_why_there_is_nothing(self):
        for words in (("list",), ("clean", "--keep", "0"), ("show", "last")):
            with self.subTest(words):
                ended = self.oversee(*words)
                self.assertEqual((ended.status, ended.out), (125, b""))
                self.assertIn(b"it belongs to another user", ended.err)


@unittest.skipUnless(os.getuid() == 0, "root's /run")
@unittest.skipIf(REFUSED, f"may not mount: {REFUSED}")
class Root(TakenCase):
    def test_slash_run_where_another_user_has_taken_the_name(self):
        self.records.mkdir(mode=0o777)
        os.chown(self.records, 4242, 4242)
        script = '"$1" -- sh -c "exit 3"; echo $?; ls /run/oversee; "$1" list --ids'
        ended = self.run_plain(*OWN_RUN, "sh", "-c", script, "sh", OVERSEE, env={"XDG_RUNTIME_DIR": None})
        self.assertRegex(ended.out.decode(), r"\A3\n(\S+)\.json\n\1\.log\n\1\n\Z")
        self.assertEqual(list(self.records.iterdir()), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
