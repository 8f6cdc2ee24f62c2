"""One system call at a time is refused, as by a container's filter (seccomp): the verdict is true, or the status is 125
with one message, in bounded time, and no process is left stopped."""

import concurrent.futures
import errno
import os
import subprocess
import unittest

from harness import BOUND, OVERSEE, OverseeCase, helper

# Without these oversee cannot print anything.
MUTE = {"write", "writev"}


class Refused(OverseeCase):
    def outcome(self, call, error, options):
        """Describes the broken promise; None if there is none."""
        run = self.start(helper("refuse_call"), call, error, OVERSEE, *options)
        try:
            ended = run.finish()
        except AssertionError as hangs:
            return f"{call} {errno.errorcode[error]}: {hangs}"
        said = b"oversee: " in ended.err or call in MUTE
        if run.anything_left(within=BOUND) and b"could not be killed" not in ended.err:
            return f"{call} {errno.errorcode[error]}: leaves {self.survivors()} after {ended.status} {ended.err!r}"
        if ended.status == 124 or (ended.status == 125 and said):
            return None
        if b"error while loading shared libraries" in ended.err:  # if oversee is not static
            return None
        # The command itself may need the call, or may not be found without it.
        if ended.status > 0 and ended.status != 125 and b"oversee: failed: " in ended.err:
            return None
        return f"{call} {errno.errorcode[error]}: {ended.status} {ended.err!r}"

    @unittest.skipIf("SANITIZED" in os.environ, "a sanitizer's own calls are refused as well")
    def test_each_call_with_a_deadline(self):
        calls = subprocess.run([helper("refuse_call"), "list"], stdout=subprocess.PIPE, check=True).stdout.decode().split()
        cases = [(call, error) for call in calls for error in (errno.ENOSYS, errno.EPERM)]
        options = ("-t", "1s", "-k", "200ms", "sleep", "30")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            outcomes = pool.map(lambda case: self.outcome(*case, options), cases)
        self.assertEqual([each for each in outcomes if each], [])

    def test_control_nothing_is_refused_without_a_filter_that_matters(self):
        """The filter refuses nothing important: only a call that no program makes."""
        ended = self.oversee("-t", "20s", "true")
        self.assertEqual(ended.status, 0)


if __name__ == "__main__":
    unittest.main()
