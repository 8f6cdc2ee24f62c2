"""Where reports, logs and copies are written: where the user's shell would write them, with private modes."""

import json
import os
import socket
import stat
import threading
import unittest

from harness import OVERSEE, OverseeCase, wait_until
from ordinary_user import NOBODY, OrdinaryUserCase
from private_mounts import PrivateMounts, needs_mounts
from tagged_log import decode

REPORTS = {"--json": b'"run_id"', "--junit": b"<testsuites", "--markdown": b"oversee", "--events": b'"started"',
           "--log": b"# oversee", "--stdout-file": b"out", "--stderr-file": b"err"}
BOTH = ("sh", "-c", "echo out; echo err >&2")
AS_ROOT = unittest.skipIf(os.geteuid() != 0, "only root may give files away")


class Devices(PrivateMounts, OverseeCase):
    DEV = ("mkdir -p dev; mount -t tmpfs tmpfs dev; for each in null full; do touch dev/$each; mount --bind /dev/$each dev/$each; done; "
           "mount --rbind dev /dev; for each in stdin:0 stdout:1 stderr:2; do ln -s /proc/self/fd/${each#*:} /dev/${each%:*}; done; "
           "ln -s /proc/self/fd /dev/fd")

    @needs_mounts
    def test_the_machines_links_stay_links(self):
        for flag, mark in REPORTS.items():
            for name, redirection in (("/dev/stdout", ">f"), ("/dev/stderr", "2>f"), ("/dev/fd/3", "3>f"), ("/dev/fd/3", "3>>f")):
                with self.subTest(flag=flag, name=name):
                    self.file("f", "before\n")
                    ended = self.behind(self.DEV, f"OVERSEE {flag} {name} -- sh -c 'echo out; echo err >&2' {redirection}; "
                                                  "test -L /dev/stdout -a -L /dev/stderr -a -L /dev/fd")
                    self.assertEqual(ended.status, 0)
                    written = (self.work / "f").read_bytes()
                    self.assertIn(mark, written)
                    self.assertEqual(written.startswith(b"before\n"), ">>" in redirection)

    def test_a_report_stands_behind_the_output_that_is_there(self):
        ended = self.run_plain("sh", "-c", f"{{ {OVERSEE} --json /dev/stdout -- echo first; echo last; }} >f")
        self.assertEqual(ended.status, 0)
        text = (self.work / "f").read_text()
        self.assertTrue(text.startswith("first\n{") and text.endswith("}\nlast\n"), text)

    def test_a_descriptor_that_the_caller_has_not_opened_is_refused(self):
        for flag in REPORTS:
            with self.subTest(flag=flag):
                ended = self.oversee(flag, "/dev/fd/77", "touch", "ran")
                self.assertEqual(ended.status, 125)
                self.assertIn(b"/dev/fd/77: Bad file descriptor", ended.err)
                self.assertFalse((self.work / "ran").exists())

    def test_the_command_does_not_get_a_named_descriptor(self):
        reader, writer = os.pipe()
        run = self.start(OVERSEE, "--json", f"/dev/fd/{writer}", "sh", "-c", f"test ! -e /proc/self/fd/{writer}", pass_fds=(writer,))
        self.assertEqual(run.finish().status, 0)
        os.close(writer)
        with open(reader, "rb") as pipe:
            self.assertIn(b'"run_id"', pipe.read())

    def test_a_null_device_takes_each(self):
        for flag in REPORTS:
            with self.subTest(flag=flag):
                self.assertEqual(self.oversee(flag, "/dev/null", *BOTH).status, 0)
                self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))


class Pipes(OverseeCase):
    def test_a_fifo_is_written_to_and_stays_one(self):
        fifo = self.work / "p"
        os.mkfifo(fifo)
        for flag, mark in REPORTS.items():
            with self.subTest(flag=flag):
                found = []
                reader = threading.Thread(target=lambda: found.append(fifo.read_bytes()))
                reader.start()
                self.assertEqual(self.oversee(flag, fifo, *BOTH).status, 0)
                reader.join()
                self.assertIn(mark, found[0])
                self.assertTrue(stat.S_ISFIFO(fifo.stat().st_mode))

    def test_one_without_a_reader_is_no_wait_for_ever(self):
        fifo = self.work / "p"
        os.mkfifo(fifo)
        for flag in REPORTS:
            with self.subTest(flag=flag):
                ended = self.oversee(flag, fifo, "true")
                self.assertEqual(ended.status, 125)
                self.assertIn(b"nobody reads this pipe: start its reader first", ended.err)

    def test_a_reader_that_does_not_read_costs_the_report_and_not_the_night(self):
        fifo = self.work / "p"
        os.mkfifo(fifo)
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        writer = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        self.addCleanup(os.close, writer)
        try:
            while True:
                os.write(writer, bytes(4096))
        except BlockingIOError:
            pass
        ended = self.oversee("--json", fifo, "true")
        self.assertEqual(ended.status, 125)
        self.assertIn(b"its reader does not read", ended.err)

    def test_output_through_process_substitution_comes_whole(self):
        ended = self.run_plain("bash", "-c", f"{OVERSEE} --stdout-file >(cat >copy) -l >(cat >log) --show never seq 300000")
        self.assertEqual(ended.status, 0)
        expected = b"".join(b"%d\n" % number for number in range(1, 300_001))
        wait_until(lambda: (self.work / "copy").read_bytes() == expected, "the copy is whole")
        wait_until(lambda: b"# finished" in (self.work / "log").read_bytes(), "the log is whole")
        self.assertEqual(decode((self.work / "log").read_bytes()).out, expected)

    def test_a_socket_is_not_replaced_but_refused(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.work / "s"))
            for flag in REPORTS:
                with self.subTest(flag=flag):
                    ended = self.oversee(flag, "s", "touch", "ran")
                    self.assertEqual(ended.status, 125)
                    self.assertIn(b"it is a socket", ended.err)
                    self.assertFalse((self.work / "ran").exists())
                    self.assertTrue(stat.S_ISSOCK((self.work / "s").stat().st_mode))


class Links(OverseeCase):
    def test_are_followed_also_to_what_is_not_there_yet(self):
        (self.work / "runs").mkdir()
        for there in (False, True):
            for flag, mark in REPORTS.items():
                with self.subTest(flag=flag, there=there):
                    (self.work / "latest").unlink(missing_ok=True)
                    (self.work / "latest").symlink_to(f"runs/{flag}")
                    self.assertEqual(self.oversee(flag, "latest", *BOTH).status, 0)
                    self.assertTrue((self.work / "latest").is_symlink())
                    self.assertIn(mark, (self.work / "runs" / flag).read_bytes())


class Owners(PrivateMounts, OverseeCase):
    def test_a_new_file_is_its_owners_alone(self):
        os.umask(0)
        self.addCleanup(os.umask, 0o022)
        names = [flag[2:] for flag in REPORTS]
        self.assertEqual(self.oversee(*[word for flag in REPORTS for word in (flag, flag[2:])], *BOTH).status, 0)
        self.assertEqual({name: stat.S_IMODE((self.work / name).stat().st_mode) for name in names}, dict.fromkeys(names, 0o600))

    @AS_ROOT
    def test_owner_group_and_mode_of_a_file_stay(self):
        for flag, mark in REPORTS.items():
            with self.subTest(flag=flag):
                file = self.file("f", "x" * 10_000, 0o664)
                os.chown(file, NOBODY, NOBODY)
                self.assertEqual(self.oversee(flag, "f", *BOTH).status, 0)
                found = file.stat()
                self.assertEqual((found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)), (NOBODY, NOBODY, 0o664))
                self.assertIn(mark, file.read_bytes())
                self.assertNotIn(b"xxx", file.read_bytes())

    @needs_mounts
    def test_a_file_that_is_mounted_is_written_in_place(self):
        for flag, mark in REPORTS.items():
            with self.subTest(flag=flag):
                self.file("outside", "x" * 10_000)
                self.file("r", "")
                ended = self.behind("mount --bind outside r", f"OVERSEE {flag} r -- sh -c 'echo out; echo err >&2'")
                self.assertEqual(ended.status, 0, ended.err)
                self.assertIn(mark, (self.work / "outside").read_bytes())
                self.assertNotIn(b"xxx", (self.work / "outside").read_bytes())

    def test_hard_links_stay(self):
        self.file("one", "x")
        os.link(self.work / "one", self.work / "two")
        self.assertEqual(self.oversee("--json", "one", "true").status, 0)
        self.assertIn(b'"run_id"', (self.work / "two").read_bytes())

    def test_readers_see_a_whole_report(self):
        """The report replaces the file by a rename: a file that was open before keeps its contents."""
        self.file("r.json", "old")
        with open(self.work / "r.json", "rb") as before:
            self.assertEqual(self.oversee("--json", "r.json", "true").status, 0)
            self.assertEqual(before.read(), b"old")

    def test_one_file_for_two_is_refused(self):
        (self.work / "link").symlink_to("f")
        for one, other in (("--json", "--log"), ("--log", "--stdout-file"), ("--events", "--json"), ("--junit", "--markdown")):
            for name in ("f", "./f", "link"):
                with self.subTest(one=one, other=other, name=name):
                    ended = self.oversee(one, "f", other, name, "touch", "ran")
                    self.assertEqual(ended.status, 125)
                    self.assertIn(one.encode(), ended.err)
                    self.assertIn(other.encode(), ended.err)
                    self.assertFalse((self.work / "ran").exists())


@AS_ROOT
class OthersFiles(OrdinaryUserCase):
    """An ordinary user's runs, and files that belong to root."""

    def place(self, mode, file_mode):
        place = self.directory / "place"
        place.mkdir(exist_ok=True)
        place.chmod(mode)
        file = place / "f"
        file.write_text("x" * 10_000)
        file.chmod(file_mode)
        return file

    def test_what_is_not_ours_to_give_is_written_in_place(self):
        """Another user's file that we may write, in a directory that we may or may not write."""
        for mode in (0o755, 0o777):
            for flag, mark in REPORTS.items():
                with self.subTest(flag=flag, mode=oct(mode)):
                    file = self.place(mode, 0o666)
                    before = file.stat().st_ino
                    ended = self.oversee(flag, file, *BOTH)
                    self.assertEqual(ended.status, 0, ended.err)
                    self.assertIn(mark, file.read_bytes())
                    self.assertNotIn(b"xxx", file.read_bytes())
                    self.assertEqual((file.stat().st_uid, file.stat().st_ino), (os.geteuid(), before))

    def test_what_may_not_be_written_is_refused_before_anything_runs(self):
        file = self.place(0o777, 0o644)
        for flag in REPORTS:
            with self.subTest(flag=flag):
                ended = self.oversee(flag, file, "touch", "ran")
                self.assertEqual(ended.status, 125)
                self.assertIn(b"Permission denied", ended.err)
                self.assertFalse((self.work / "ran").exists())
                self.assertEqual(len(file.read_text()), 10_000)

    def test_another_users_link_in_a_directory_of_everybodys_is_not_followed(self):
        file = self.place(0o1777, 0o666)
        (file.parent / "link").symlink_to(self.work / "target")
        for flag in REPORTS:
            with self.subTest(flag=flag):
                os.chown(file.parent / "link", 65533, 65533, follow_symlinks=False)
                self.assertEqual(self.oversee(flag, file.parent / "link", "true").status, 125)
                self.assertFalse((self.work / "target").exists())


class Requests(OverseeCase):
    def test_a_service_has_its_stdout_for_itself(self):
        requests = [json.dumps({"id": name, "op": "run", "argv": ["touch", "ran"], "settings": {"json": name}})
                    for name in ("-", "-x")] + [json.dumps({"id": "link", "op": "run", "argv": ["true"], "settings": {"json": "link"}})]
        self.file("requests", "\n".join(requests) + "\n")
        (self.work / "link").symlink_to("target")
        ended = self.run_plain("sh", "-c", f"{OVERSEE} serve --stdio <requests")
        answers = [json.loads(line) for line in ended.out.splitlines()]
        errors = {each["id"]: each["error"] for each in answers if each.get("reply") == "error"}
        self.assertIn("'-' is stdout", errors["-"])
        self.assertIn("write ./-x", errors["-x"])
        self.assertFalse((self.work / "ran").exists())
        self.assertTrue((self.work / "link").is_symlink())
        self.assertEqual(json.loads((self.work / "target").read_text())["status"], "completed")


class Lost(OverseeCase):
    def kill(self, *options):
        run = self.start(OVERSEE, *options, "sh", "-c", "echo ready; exec sleep 60")
        run.expect(b"ready")
        run.signal(9)
        run.finish()
        self.assert_nothing_left(run)

    def test_the_guard_finishes_the_copy_where_a_link_leads(self):
        self.file("target", "x" * 10_000, 0o640)
        (self.work / "link").symlink_to("target")
        self.kill("--json", "link")
        wait_until(lambda: b"xxx" not in (self.work / "target").read_bytes(), "the copy is written")
        self.assertEqual(json.loads((self.work / "target").read_text())["status"], "failed")
        self.assertTrue((self.work / "link").is_symlink())
        self.assertEqual((self.work / "target").stat().st_mode & 0o777, 0o640)

    def test_the_guard_writes_to_no_descriptor_that_is_not_the_callers(self):
        with open(self.work / "f", "wb") as file:
            run = self.start(OVERSEE, "--json", f"/dev/fd/{file.fileno()}", "sh", "-c", "echo ready; exec sleep 60",
                             pass_fds=(file.fileno(),))
            run.expect(b"ready")
            run.signal(9)
            run.finish()
            self.assert_nothing_left(run)
        self.assertEqual((self.work / "f").read_bytes(), b"")


class Stdout(OverseeCase):
    def test_a_dash_is_stdout_where_the_command_does_not_have_it(self):
        for flag, mark in REPORTS.items():
            with self.subTest(flag=flag):
                ended = self.oversee("--show", "never", flag, "-", *BOTH)
                self.assertEqual(ended.status, 0)
                self.assertIn(mark, ended.out)
        json.loads(self.oversee("--show", "never", "--json", "-", "echo", "hidden").out)

    def test_and_of_a_run_that_is_detached(self):
        ended = self.oversee("--detach", "--json", "-", "true")
        self.assertEqual(ended.status, 0)
        reader, writer = os.pipe()
        run = self.start(OVERSEE, "--detach", "--json", "-", "true", stdout=writer)
        os.close(writer)
        self.assertEqual(run.finish().status, 0)
        with open(reader, "rb") as pipe:
            run_id, document = pipe.read().split(b"\n", 1)
        self.assertEqual(json.loads(document)["run_id"], run_id.decode())

    def test_else_it_is_refused_with_a_sentence(self):
        for flag in REPORTS:
            for more in ((), ("-q",), ("--show", "failure"), ("--only-final", "-r", "1")):
                with self.subTest(flag=flag, more=more):
                    ended = self.oversee(*more, flag, "-", "touch", "ran")
                    self.assertEqual(ended.status, 125)
                    self.assertIn(b"'-' is not a file but stdout, which is the command's", ended.err)
                    self.assertFalse((self.work / "ran").exists())

    def test_two_cannot_have_it(self):
        ended = self.oversee("--show", "never", "--json", "-", "--log", "-", "touch", "ran")
        self.assertEqual(ended.status, 125)
        self.assertFalse((self.work / "ran").exists())


class Dashes(OverseeCase):
    def assert_refused(self, *words, env=None):
        before = sorted(os.listdir(self.work))
        ended = self.oversee(*words, env=env)
        self.assertEqual(ended.status, 125, (words, ended.err))
        self.assertIn(b"dash" if env is None and "=" not in words[0] else b"./-x", ended.err)
        self.assertEqual(sorted(os.listdir(self.work)), before)

    def test_the_word_behind_an_option_is_no_option(self):
        values = ("json", "junit", "markdown", "events", "log", "log-dir", "stdout-file", "stderr-file", "name", "env", "env-file",
                  "unset-env", "directory", "stdin", "label", "shell", "script", "interpreter", "on-timeout", "before-retry",
                  "config", "profile", "timeout", "signal", "group")
        for name in values:
            for word in ("--", "-x", "--json"):
                with self.subTest(name=name, word=word):
                    self.assert_refused(f"--{name}", word, "touch", "ran")
        for letter in "lECctiskPmrT":
            with self.subTest(letter=letter):
                self.assert_refused(f"-{letter}", "--", "touch", "ran")

    def test_a_name_that_starts_with_one_is_no_file_wherever_it_stands(self):
        for name in ("json", "junit", "markdown", "events", "log", "stdout-file", "stderr-file", "log-dir", "env-file"):
            with self.subTest(name=name):
                self.assert_refused(f"--{name}=-x", "touch", "ran")
                variable = "OVERSEE_" + name.upper().replace("-", "_")
                self.assert_refused("touch", "ran", env={variable: "-x"})
        self.file("oversee.toml", '[profile.p]\njson = "-x"\n')
        ended = self.oversee("-P", "p", "--", "touch", "ran")
        self.assertEqual(ended.status, 125)
        self.assertIn(b"oversee.toml:2", ended.err)

    def test_such_a_file_can_be_named(self):
        self.assertEqual(self.oversee("--json", "./-x", "--name=-n", "-d", "0", "true").status, 0)
        self.assertTrue((self.work / "-x").exists())
        self.assertEqual(self.oversee("--nice", "-0", "true").status, 0)

    def test_options_of_verbs_too(self):
        for words in (("list", "--name", "--", "x"), ("logs", "--tail", "--stdout"), ("list", "--status", "--running")):
            with self.subTest(words=words):
                ended = self.oversee(*words)
                self.assertEqual(ended.status, 125)
                self.assertIn(b"starts with a dash", ended.err)


if __name__ == "__main__":
    unittest.main()
