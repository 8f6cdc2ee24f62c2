"""No descriptor and no event loop handle is left open at exit: each process of oversee-without reports what it has left
open after all its objects are destroyed (tests/without/left_open.cpp)."""

import json
import os
import unittest
from collections import Counter

from harness import OverseeCase, helper, wait_until

FRONT, GUARD = Counter(front=1, loop=1), Counter(guard=1)
RUN = FRONT + GUARD
ASIDE = Counter(aside=1)  # a process without a loop


class Left(OverseeCase):
    def start_told(self, *arguments, leak="", **options):
        """Exits only after everything is destroyed."""
        self.told = self.work / "left"
        self.told.unlink(missing_ok=True)
        more = {"OVERSEE_TEST_LEFT": str(self.told), "OVERSEE_TEST_LEAK": leak}
        return self.start_without("leave-at-once", *arguments, env=more, **options)

    def lines(self):
        """Each report: the kind of process, and what it has left open."""
        lines = self.told.read_text().splitlines() if self.told.exists() else []
        return [(*each.partition(": ")[0].rsplit(" ", 1), each.partition(": ")[2]) for each in lines]

    def looked(self):
        """How many processes of each kind have reported; a front is a process that has had a loop."""
        names = [(name, what) for name, what, _ in self.lines()]
        loops = sum(what == "handles" for _, what in names)
        guards = sum(name == "@guard" for name, what in names if what == "descriptors")
        others = sum(name != "@guard" for name, what in names if what == "descriptors")
        return Counter(front=min(loops, others), loop=loops, guard=guards, aside=max(0, others - loops))

    def assert_told(self, expected):
        """That many processes have reported, and none has left anything open. A side process may end after its parent."""
        wait_until(lambda: self.looked().total() >= expected.total(), "the end of each process", lambda: self.lines())
        self.assertEqual(self.looked(), +expected, self.lines())
        self.assertEqual([each for each in self.lines() if each[2] != "none"], [])

    def run_told(self, *arguments, status=0, expected=RUN, **options):
        with self.subTest(arguments=arguments):
            ended = self.start_told(*arguments, **options).finish()
            self.assertEqual(ended.status, status, ended.err)
            self.assert_told(expected)

    def test_runs(self):
        self.run_told("true")
        self.run_told("sh", "-c", "echo out; echo err >&2; exit 3", status=3)
        self.run_told("-q", "--log", self.work / "log", "--log-format", "raw", "echo", "kept")
        self.run_told("--no-log", "--json", self.work / "json", "--junit", self.work / "xml", "--markdown",
                      self.work / "md", "--stdout-file", self.work / "out", "--stderr-file", self.work / "err", "true")
        self.run_told("--events", self.work / "events", "echo", "told")
        self.run_told("--pty", "sh", "-c", "tty; exit 4", status=4)
        self.run_told("--max-concurrent", "1", "true")
        self.run_told("-v", "--show", "failure", "--ci", "github", "sh", "-c", "echo held; exit 8", status=8)
        self.run_told("-C", self.work, "-m", "1GiB", "--max-cpu", "1m", "--max-procs", "1000", "true")

    def test_runs_that_are_stopped(self):
        self.run_told("-t", "200ms", "sleep", "60", status=124)
        self.run_told("-t", "200ms", "--pty", "sleep", "60", status=124)
        self.run_told("-t", "200ms", "-k", "100ms", helper("ignore_term"), "3", status=124)
        self.run_told("-i", "200ms", "sleep", "60", status=124)
        self.run_told("-t", "200ms", "--on-timeout", "true", "sleep", "60", status=124, expected=RUN + GUARD)

    def test_runs_that_leave_processes(self):
        self.run_told("sh", "-c", "sleep 60 & exit 5", status=5)

    def test_retries(self):
        again = ("-d", "1ms", "--before-retry", "true")
        self.run_told("-r", "2", *again, "sh", "-c", "exit 6", status=6, expected=FRONT + Counter(guard=5))
        source, ours = os.pipe()
        os.write(ours, b"kept for the second attempt\n")
        os.close(ours)
        self.run_told("-r", "1", "-d", "1ms", "--stdin", "replay", "sh", "-c", "cat; exit 9", status=9, stdin=source,
                      expected=RUN + GUARD)
        os.close(source)

    def test_repeated_runs(self):
        expected = Counter(front=3, loop=3, guard=2)
        self.run_told("--repeat", "2", "true", expected=expected)

    def test_a_detached_run(self):
        self.run_told("--detach", "sh", "-c", "exit 7", expected=RUN + ASIDE)

    def test_verbs_beside_a_run_that_goes_on(self):
        self.oversee("--detach", "sleep", "60")
        follower = self.start_told("logs", "--follow", "last")
        self.assertEqual(self.oversee("cancel", "last").status, 0)
        self.assertEqual(follower.finish().status, 0)
        self.assert_told(ASIDE)
        self.oversee("--detach", "sleep", "60")
        self.run_told("cancel", "last", expected=ASIDE)
        self.run_told("wait", "last", status=143, expected=ASIDE)

    def test_refusals(self):
        self.run_told("-t", "never", "true", status=125, expected=ASIDE)
        self.run_told("--log", "/nowhere/log", "true", status=125, expected=ASIDE)
        self.run_told("/nowhere/command", status=127)

    def test_verbs(self):
        self.oversee("-q", "echo", "kept")
        for words in (["list"], ["show", "last"], ["stats"], ["logs", "last"], ["wait", "last"], ["cancel", "last"],
                      ["clean", "--dry-run"], ["profiles"], ["check"], ["help", "exit-status"], ["--version"],
                      ["--explain", "true"]):
            self.run_told(*words, expected=ASIDE)

    def test_a_service(self):
        requests, ours = os.pipe()
        run = self.start_told("serve", "--stdio", stdin=requests)
        os.close(requests)
        with open(ours, "wb") as pipe:
            for name in ("one", "two"):
                pipe.write(json.dumps({"id": name, "op": "run", "argv": ["echo", name]}).encode() + b"\n")
        self.assertEqual(run.finish().status, 0)
        self.assert_told(Counter(front=3, loop=3, guard=2))

    def test_control_what_is_left_is_told(self):
        for leak, what, left in (("descriptor", "descriptors", "=/dev/zero"), ("handle", "handles", "timer")):
            with self.subTest(leak=leak):
                self.start_told("true", leak=leak).finish()
                told = [each for name, found, each in self.lines() if (name, found) == ("true", what)]
                self.assertEqual(len(told), 1)
                self.assertIn(left, told[0])
                with self.assertRaises(AssertionError):
                    self.assert_told(RUN)


if __name__ == "__main__":
    unittest.main()
