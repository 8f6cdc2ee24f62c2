"""--repeat: many separate runs, and the table at the end."""

import json
import os
import signal
import unittest

from harness import OVERSEE, OverseeCase, wait_until

# A run determines its number by counting.
COUNTING = 'mkdir -p seen; n=1; while ! mkdir seen/$n 2>/dev/null; do n=$((n + 1)); done; '


def counting(rest):
    return ("sh", "-c", COUNTING + rest)


class Repeated(OverseeCase):
    def seen(self):
        return len(list((self.work / "seen").iterdir()))

    def records_of(self):
        return [json.loads((self.records / each).read_bytes()) for each in self.files() if each.endswith(".json")]

    def test_each_run_is_one_of_its_own(self):
        ended = self.oversee("--repeat", "4", *counting("echo out $n; [ $n != 3 ] || exit 7"))
        self.assertEqual(ended.status, 7)
        self.assertEqual(ended.out, b"out 1\nout 2\nout 3\nout 4\n")
        self.assertEqual(sorted(each["exit_code"] for each in self.records_of()), [0, 0, 0, 7])
        self.assertEqual(len([each for each in self.files() if each.endswith(".log")]), 4)
        text = ended.err.decode()
        self.assertRegex(text, r"^oversee: run 3 of 4: exit 7 after \S+ \[log /\S+\.log\]\n"
                               r"oversee: 4 runs: 3 passed, 1 failed, 25 % \(95 % interval: 5 to 70 %\)\n"
                               r"     1  exit 7  \(run 3\)\n"
                               r"  fastest \S+  median \S+  slowest \S+\n$")

    def test_all_pass(self):
        self.assertEqual(self.oversee("--repeat", "3", *counting("exit 0")).status, 0)
        self.assertEqual(self.seen(), 3)

    def test_by_variable_which_the_command_does_not_inherit(self):
        ended = self.oversee("sh", "-c", 'echo "<$OVERSEE_REPEAT>"', env={"OVERSEE_REPEAT": "2"})
        self.assertEqual(ended.out, b"<>\n<>\n")

    def test_until_fail(self):
        ended = self.oversee("--repeat", "50", "--until-fail", *counting("[ $n != 3 ]"))
        self.assertEqual(ended.status, 1)
        self.assertEqual(self.seen(), 3)

    def test_side_by_side(self):
        # Each waits until three others have started: with fewer at once none would end.
        rest = 'touch begun.$n; until [ $(ls begun.* | wc -l) -ge 4 ]; do sleep 0.01; done; echo out; [ $n != 2 ]'
        ended = self.oversee("--repeat", "4", "--jobs", "4", "-t", "20s", *counting(rest))
        self.assertEqual((ended.status, ended.out), (1, b""))
        self.assertEqual(len(self.records_of()), 4)
        self.assertEqual([each.read_bytes().count(b"out| out\n") for each in self.records.glob("*.log")], [1] * 4)

    def test_quiet(self):
        ended = self.oversee("-q", "--repeat", "2", *counting("echo $n"))
        self.assertEqual((ended.status, ended.out, ended.err), (0, b"", b""))

    def test_retries_and_their_verdict_are_each_runs(self):
        ended = self.oversee("--repeat", "2", "-r", "1", "-d", "0", "--flaky", "fail", *counting("[ $n = 2 ]"))
        self.assertEqual(ended.status, 122)
        self.assertIn("flaky", ended.err.decode())

    def test_a_file_is_read_by_each(self):
        path = self.file("input", "word\n")
        with path.open("rb") as file:
            self.assertEqual(self.oversee("--repeat", "3", "cat", stdin=file).out, b"word\n" * 3)

    def test_a_pipe_is_refused(self):
        reader, writer = os.pipe()
        ended = self.start(OVERSEE, "--repeat", "2", *counting("exit 0"), stdin=reader).finish()
        os.close(reader)
        os.close(writer)
        self.assertEqual(ended.status, 125)
        self.assertIn(b"--stdin", ended.err)
        self.assertFalse((self.work / "seen").exists())

    def test_what_is_refused_is_refused_once(self):
        ended = self.oversee("--repeat", "5", "-C", "/no/such", "true")
        self.assertEqual(ended.status, 125)
        self.assertEqual(ended.err.count(b"\n"), 1)

    def cancelled(self, number):
        run = self.start(OVERSEE, "--repeat", "5", "--jobs", "2", *counting("touch begun.$n; exec sleep 60"))
        wait_until(lambda: len(list(self.work.glob("begun.*"))) == 2, "two runs")
        run.signal(number)
        return run

    def test_a_cancel_ends_all_and_begins_none(self):
        run = self.cancelled(signal.SIGTERM)
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assertEqual(self.seen(), 2)
        self.assertEqual([each["status"] for each in self.records_of()], ["cancelled"] * 2)
        self.assert_nothing_left(run)

    def test_killed_it_leaves_nothing(self):
        run = self.cancelled(signal.SIGKILL)
        run.finish()
        self.assert_nothing_left(run)
        self.assertEqual([each["status"] for each in self.records_of()], ["cancelled"] * 2)


if __name__ == "__main__":
    unittest.main()
