"""The log: oversee's lines in it, which no command can forge, and whose loss has no other effect."""

import os
import signal
import stat
import unittest
from subprocess import PIPE

from harness import OVERSEE, RUN_ID, OverseeCase, helper
from tagged_log import decode

DATE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


class Contents(OverseeCase):
    def test_head_and_tail(self):
        self.oversee("-t", "10m", "-C", "/", "sh", "-c", "echo 'a b'; exit 2")
        log = decode(self.log())
        keys = [key for key, _ in log.notes]
        self.assertEqual(keys, ["oversee", "command", "directory", "started", "limits", "attempt", "attempt", "status",
                                "duration", "usage", "finished"])
        notes = {key: log.note(key)[0] for key in keys}
        self.assertRegex(notes["oversee"], rf"\A\d+\.\d+\.\d+  run {RUN_ID.pattern}\Z")
        self.assertEqual(notes["command"], "sh -c 'echo '\\''a b'\\''; exit 2'")
        self.assertEqual(notes["directory"], "/")
        self.assertRegex(notes["started"], rf"\A{DATE}  host \S+  pid \d+\Z")
        self.assertIn("timeout 10m", notes["limits"])
        self.assertRegex(notes["attempt"], r"\A1 of 1")
        self.assertRegex(log.note("attempt")[1], r"\A1 failed: exit 2 after ")
        self.assertRegex(notes["status"], r"\Afailed +exit 2 +attempts 1 of 1\Z")
        self.assertIn("output 4B out 0B err", notes["duration"])
        self.assertRegex(notes["finished"], rf"\A{DATE}\Z")

    def test_it_names_the_run_of_the_summary_and_the_pids(self):
        run = self.start(OVERSEE, "sh", "-c", "echo $$")
        ended = run.finish()
        log = decode(self.log())
        self.assertIn(self.summary()["run_id"], log.note("oversee")[0])
        self.assertTrue(log.note("started")[0].endswith(f" pid {run.pid}"))
        self.assertTrue(log.note("attempt")[0].endswith(f" pid {ended.out.decode().strip()}"))

    def test_a_stop_is_told_when_it_happens(self):
        run = self.start(OVERSEE, "-k", "100ms", helper("ignore_term"), 0)
        run.expect(b"ready\n")
        run.signal(signal.SIGTERM)
        run.finish()
        stopping = decode(self.log()).note("stopping")
        self.assertEqual(len(stopping), 2)
        self.assertIn("TERM", stopping[0])
        self.assertIn("KILL", stopping[1])

    def test_leaked_processes_are_named(self):
        ended = self.oversee(helper("daemon"), 0)
        (leaked,) = decode(self.log()).note("leaked")
        self.assertTrue(leaked.startswith(f"pid {int(ended.out.split()[1])} "), leaked)

    def test_private_and_of_the_user(self):
        self.oversee("true")
        self.assertEqual(stat.S_IMODE(self.records.stat().st_mode), 0o700)
        for name in self.files():
            self.assertEqual(stat.S_IMODE((self.records / name).stat().st_mode), 0o600)
        self.assertEqual(len(self.files()), 2)


class Forgery(OverseeCase):
    def only_true_notes(self):
        log = decode(self.log())
        self.assertEqual([text for text in log.note("status") if "failed" not in text], [])
        self.assertEqual([key for key, _ in log.notes if key == "forged"], [])
        return log

    def test_by_output(self):
        forged = (b"# status    completed  exit 0\r# status    completed  exit 0\n# forged    x\n\n# forged    x\n"
                  b"    0.001 err| no\n    0.001 out: no\n\x0b# forged\n\x85# forged\n\xe2\x80\xa8# forged\n# forged")
        file = self.file("forged", forged)
        for stream in (1, 2):
            for chunk in (1, 3, 10, 1000):
                with self.subTest(stream=stream, chunk=chunk):
                    ended = self.oversee("--log", self.work / "log", helper("write_bytes"), stream, chunk, file)
                    self.assertEqual(ended.status, 0)
                    log = decode((self.work / "log").read_bytes())
                    self.assertEqual((log.out, log.err), (forged, b"") if stream == 1 else (b"", forged))
                    self.assertEqual(len(log.note("status")), 1)
                    self.assertEqual(log.note("forged"), [])

    def test_by_both_streams_in_turn(self):
        one = self.file("one", b"a\n# forged x")
        two = self.file("two", b"\n# forged y\n# ")
        self.oversee(helper("write_bytes"), 1, 3, one, 2, 2, two)
        log = decode(self.log())
        self.assertEqual((log.out, log.err), (one.read_bytes(), two.read_bytes()))
        self.assertEqual(log.note("forged"), [])

    def test_by_the_commands_own_words(self):
        self.oversee("sh", "-c", "exit 3\n# forged    x\n")
        self.only_true_notes()
        ended = self.oversee("-c", "exit 3\n# forged    x\n", "a\n# forged", env={"TMPDIR": str(self.work)})
        self.assertEqual(ended.status, 3)
        (log,) = (self.work / self.records.name).glob("*.log")
        self.assertEqual(decode(log.read_bytes()).note("forged"), [])

    def test_by_the_name_of_a_program_that_is_not_there(self):
        self.assertEqual(self.oversee("no\n# forged    x").status, 127)
        self.only_true_notes()

    def test_by_the_directory(self):
        (self.work / "d\n# forged    x").mkdir()
        self.oversee("-C", "d\n# forged    x", "sh", "-c", "exit 3")
        self.only_true_notes()

    def test_by_the_name_of_a_leaked_process(self):
        program = self.work / "x\n# forged    x"
        os.symlink(helper("daemon"), program)
        ended = self.oversee(program, 3)
        self.assertEqual(len(self.only_true_notes().note("leaked")), 1)
        self.assertEqual(ended.err.count(b"\n"), 1)

    def test_by_the_name_of_a_leaked_process_without_a_command_line(self):
        ended = self.oversee("sh", "-c", '"$@"; exit 3', "sh", helper("faceless"), "x\n# forged  x")
        (leaked,) = self.only_true_notes().note("leaked")
        self.assertIn("forged", leaked)
        self.assertEqual(ended.err.count(b"\n"), 1)
        self.assertIn("forged", self.summary()["attempts"][0]["leaked"][0]["command"])


class Places(OverseeCase):
    def test_a_file_of_ones_own(self):
        ended = self.oversee("--log", "own.log", "echo", "hi")
        self.assertEqual(decode((self.work / "own.log").read_bytes()).out, b"hi\n")
        self.assertIn(f"[log {self.work}/own.log]", ended.err.decode())
        self.assertEqual(self.summary()["log"], {"path": f"{self.work}/own.log", "format": "tagged", "complete": True})
        self.assertEqual([each for each in self.files() if each.endswith(".log")], [])

    def test_an_older_one_is_replaced(self):
        self.file("own.log", "old\n" * 1000)
        self.oversee("--log", "own.log", "echo", "hi")
        self.assertEqual(decode((self.work / "own.log").read_bytes()).out, b"hi\n")

    def test_a_directory_of_ones_own(self):
        self.oversee("--log-dir", self.work, "echo", "hi")
        (log,) = self.work.iterdir()
        self.assertEqual(log.name, self.summary()["run_id"] + ".log")
        self.assertEqual(decode(log.read_bytes()).out, b"hi\n")

    def test_none(self):
        ended = self.oversee("--no-log", "sh", "-c", "echo ${OVERSEE_LOG_FILE-unset}")
        self.assertEqual(ended.out, b"unset\n")
        self.assertNotIn(b"[log", ended.err)
        self.assertEqual([each for each in self.files() if each.endswith(".log")], [])

    def test_thirty_runs_at_once_have_a_log_each(self):
        runs = [self.start(OVERSEE, "sh", "-c", f"echo {number}; read x; exit {number}", stdin=PIPE)
                for number in range(30)]
        for number, run in enumerate(runs):
            run.expect(b"%d\n" % number)
        for number, run in enumerate(runs):
            run.process.stdin.close()
            self.assertEqual((run.finish().status, run.out), (number, b"%d\n" % number))
        logs = [decode((self.records / name).read_bytes()) for name in self.files() if name.endswith(".log")]
        self.assertEqual(sorted(int(log.out) for log in logs), list(range(30)))
        for log in logs:
            self.assertRegex(log.note("attempt")[1], rf"exit {int(log.out)} after")
        self.assertEqual(len({name[:20] for name in self.files()}), 30)


class Lost(OverseeCase):
    """A log that cannot be written causes a warning, and never changes the command's status or output."""

    def assert_lost(self, ended, status, log, why):
        self.assertEqual(ended.status, status)
        warning = [line for line in ended.err.decode().splitlines() if "warning" in line]
        self.assertEqual(len(warning), 1, ended.err)
        self.assertIn(log, warning[0])
        self.assertIn(why, warning[0])
        told = self.assert_summary(exit_code=status)["log"]
        self.assertEqual((told["path"], told["complete"]), (log, False))
        self.assertIn(why, told["error"])

    def test_a_full_disk(self):
        for status in (0, 5):
            with self.subTest(status=status):
                for name in self.files():
                    (self.records / name).unlink()
                ended = self.oversee("--log", "/dev/full", "sh", "-c", f"echo out; exit {status}")
                self.assertEqual(ended.out, b"out\n")
                self.assert_lost(ended, status, "/dev/full", "No space left")

    def test_a_full_disk_half_way(self):
        lines = "".join(f"line {number}\n" for number in range(5000))
        source = self.file("source", lines)
        ended = self.run_plain("bash", "-c", f"ulimit -f 16; exec {OVERSEE} sh -c 'cat {source}; exit 6'")
        self.assertEqual(ended.out.decode(), lines)
        self.assert_lost(ended, 6, str(self.the_only(".log")), "File too large")
        log = self.log()
        self.assertEqual(len(log), 16 * 1024)
        self.assertTrue(lines.encode().startswith(decode(log[: log.rindex(b"\n") + 1]).out))

    @unittest.skipIf(os.environ.get("SANITIZED") == "thread", "ThreadSanitizer starts by writing a file")
    def test_a_summary_that_cannot_be_written_either(self):
        ended = self.run_plain("bash", "-c", f"ulimit -f 0; exec {OVERSEE} sh -c 'echo out; exit 6'")
        self.assertEqual((ended.status, ended.out), (6, b"out\n"))
        self.assertIn(b"warning", ended.err)
        self.assertIn(b"oversee: failed: exit 6", ended.err)

    def test_the_command_meets_its_own_full_disk_as_without_oversee(self):
        line = f"ulimit -f 1; exec {{}} dd if=/dev/zero of={self.work}/big bs=4096 count=4 2>/dev/null"
        plain = self.run_plain("bash", "-c", line.format(""))
        ended = self.run_plain("bash", "-c", line.format(OVERSEE + " --no-log --summary never"))
        self.assertEqual((plain.status, ended.status), (-signal.SIGXFSZ, -signal.SIGXFSZ))


if __name__ == "__main__":
    unittest.main()
