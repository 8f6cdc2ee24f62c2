"""On a loaded machine a process that ends by itself is not a leak, and a process that stays is one."""

import os
import subprocess
import unittest

from harness import OVERSEE, OverseeCase

# The lifetime of the busy processes; longer than the test may take.
LOAD_SECONDS = 110
# With sanitizers a run takes ten times as long.
RUNS = 40 if "SANITIZED" in os.environ else 200
AT_ONCE = 4

# Prints the status of each run that fails.
LOOP = 'for i in $(seq $1); do "$OVERSEE" --leaks fail --no-log --summary never sh -c "$2" || echo $?; done'


class UnderLoad(OverseeCase):
    def setUp(self):
        super().setUp()
        for _ in range(2 * len(os.sched_getaffinity(0)) + 2):
            busy = subprocess.Popen(["timeout", str(LOAD_SECONDS), "sh", "-c", "while :; do :; done"],
                                    start_new_session=True)
            self.addCleanup(busy.wait)
            self.addCleanup(busy.terminate)

    def statuses(self, line, runs):
        loops = [subprocess.Popen(["sh", "-c", LOOP, "sh", str(runs // AT_ONCE), line], stdout=subprocess.PIPE,
                                  env=self.environment(OVERSEE=OVERSEE)) for _ in range(AT_ONCE)]
        return b"".join(loop.communicate()[0] for loop in loops).split()

    def test_what_ends_around_the_leader_is_no_leak(self):
        self.assertEqual(self.statuses("sleep 0.01 & exit 0", RUNS), [])

    def test_control_what_stays_is_one(self):
        self.assertEqual(self.statuses("sleep 55 & exit 0", AT_ONCE), [b"122"] * AT_ONCE)


if __name__ == "__main__":
    unittest.main()
