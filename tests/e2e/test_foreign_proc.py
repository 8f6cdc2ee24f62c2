"""/proc belongs to another PID namespace, hides other users, or is missing: no other process is signalled, the command's
tree ends in time, and limits that cannot be enforced are refused (os/proc.hpp)."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import (HELPERS, OVERSEE, OVERSEE_WITHOUT, OverseeCase, children, command_line, helper, wait_until)
from ordinary_user import NOBODY

NAMESPACE = ("unshare", "--mount", "--pid", "--fork", "--kill-child=KILL")
REFUSED = subprocess.run([*NAMESPACE, "true"], stderr=subprocess.PIPE, text=True, check=False).stderr.strip()

# A run that waits two seconds in vain would take longer than this.
SOON_MS = 2000

OTHER_USER = 65533

# The processes 2 to 11 of the outer namespace have eight children each, numbered from 22 on. In the inner namespace, which
# sees the outer /proc, the guard has one of the lower numbers, and the bystanders have the higher ones.
BYSTANDERS = """
i=0; while [ $((i += 1)) -le 20 ]; do
  if [ $i -le 10 ]; then
    sh -c 'until [ -e go ]; do :; done; i=0; while [ $((i += 1)) -le 8 ]; do sleep 60 & done; wait' &
  else
    sleep 60 &
  fi
done
: > go
for i in 2 3 4 5 6 7 8 9 10 11; do
  until [ "$(wc -w < /proc/$i/task/$i/children)" = 8 ]; do :; done
done
exec unshare --pid --fork --kill-child=KILL sh -c '
  "$0" "$@" > fifo &
  read line < fifo
  all=; i=0; while [ $((i += 1)) -le 90 ]; do sleep 60 & all="$all $!"; done
  wait %1
  echo oversee $?
  for each in $all; do kill -KILL $each; wait $each; echo bystander $?; done
' "$0" "$@"
"""


def is_static(program):
    """Whether an ELF file has no interpreter."""
    text = subprocess.run(["readelf", "--program-headers", program], stdout=subprocess.PIPE, check=True).stdout
    return b"INTERP" not in text


def front_below(pid):
    """The oversee among the descendants of a process; None if there is none yet."""
    for child in children(pid):
        if command_line(child)[:1] == [OVERSEE]:
            return child
        if found := front_below(child):
            return found
    return None


@unittest.skipIf(REFUSED, f"may not make namespaces: {REFUSED}")
class ForeignProc(OverseeCase):
    """Everything runs in a PID namespace with the /proc of the outer one."""

    enter = NAMESPACE
    view = "foreign"
    containment = "group+subreaper"

    def degraded(self, *arguments, overseer=OVERSEE, **options):
        return self.start(*self.enter, overseer, "--cgroup", "never", *arguments, **options)

    def assert_view(self, **expected):
        return self.assert_summary(proc=self.view, containment=self.containment, **expected)

    def test_an_exit_status(self):
        self.assertEqual(self.degraded("sh", "-c", "exit 7").finish().status, 7)
        self.assert_view(status="failed", exit_code=7)

    def test_a_deadline_is_kept(self):
        run = self.degraded("-t", "300ms", "sh", "-c", "sleep 50 & sleep 50")
        self.assertEqual(run.finish().status, 124)
        self.assert_nothing_left(run)
        summary = self.assert_view(reason="timeout")
        self.assertLess(summary["duration_ms"], SOON_MS)
        self.assertEqual(summary["attempts"][0]["unkilled"], [])

    def test_a_tree_that_ignores_term(self):
        run = self.degraded("-t", "300ms", "-k", "100ms", helper("ignore_term"), 5)
        self.assertEqual(run.finish().status, 124)
        self.assert_nothing_left(run)
        self.assertLess(self.assert_view(reason="timeout")["duration_ms"], SOON_MS)

    def test_a_daemon_is_killed_with_the_command(self):
        run = self.degraded("-t", "300ms", "-k", "100ms", helper("daemon"), "stay")
        self.assertEqual(run.finish().status, 124)
        self.assert_nothing_left(run)

    def test_sessions_within_sessions_are_killed(self):
        line = "setsid sh -c 'setsid sh -c \"setsid sleep 50; :\" & sleep 50' & setsid sleep 50 & sleep 50"
        run = self.degraded("-t", "300ms", "-k", "100ms", "sh", "-c", line)
        self.assertEqual(run.finish().status, 124)
        self.assert_nothing_left(run)
        self.assertEqual(self.assert_view()["attempts"][0]["unkilled"], [])

    def test_what_outlives_the_command_is_found_and_killed(self):
        run = self.degraded("--leak-timeout", "100ms", helper("daemon"), 3)
        ended = run.finish()
        self.assertEqual(ended.status, 3)
        self.assertIn(b"1 process outlived it and had to be killed", ended.err)
        self.assert_nothing_left(run)
        (leaked,) = self.assert_view(exit_code=3)["attempts"][0]["leaked"]
        self.assertEqual(leaked["pid"], int(ended.out.split()[1]))

    def test_a_cancel(self):
        run = self.degraded("sh", "-c", "echo ready $$; sleep 50")
        run.expect_match(rb"ready \d+\n")
        os.kill(wait_until(lambda: front_below(run.pid), "a front"), signal.SIGTERM)
        self.assertIn(run.finish().status, (-signal.SIGTERM, 128 + signal.SIGTERM))
        self.assert_nothing_left(run)

    def test_limits_of_the_tree_are_refused(self):
        for option, value in (("--max-memory", "50MiB"), ("--max-cpu", "50s"), ("--max-procs", "50")):
            with self.subTest(option=option):
                shutil.rmtree(self.records, ignore_errors=True)
                run = self.degraded(option, value, "touch", "run")
                ended = run.finish()
                self.assertEqual(ended.status, 125)
                self.assertIn(f"not run: {option} cannot be kept: ".encode(), ended.err)
                self.assertIn(b"/proc", ended.err)
                if "SANITIZED" not in os.environ:  # a sanitizer itself complains about a missing /proc
                    self.assertEqual(ended.err.count(b"\n"), 1)
                self.assertFalse((self.work / "run").exists())
                self.assert_summary(reason="spawn", exit_status=125)

    def test_limits_of_each_process_are_kept(self):
        self.assertEqual(self.degraded("--max-files", "9", "sh", "-c", "exit $(ulimit -n)").finish().status, 9)

    def test_nothing_is_said_of_processes_that_are_not_the_command_s(self):
        ended = self.degraded("-t", "300ms", "sh", "-c", "sleep 50; :").finish()
        self.assertEqual(ended.status, 124)
        self.assertNotIn("evidence", json.dumps(self.summary()["attempts"][0].get("evidence") or ""))

    def test_a_hook_and_a_retry(self):
        run = self.degraded("-t", "300ms", "-r", "1", "-d", "0", "--on-timeout", "echo hook $OVERSEE_PIDS of $OVERSEE_PID",
                            "--retry-on", "timeout", "sh", "-c", "echo pid $$; sleep 50")
        ended = run.finish()
        self.assertEqual(ended.status, 124)
        for line in ended.out.splitlines():
            pid = line.split()[1]
            self.assertIn(b"hook %s of %s" % (pid, pid), ended.err + self.log())
        self.assert_nothing_left(run)

    def test_verbose_says_so(self):
        ended = self.degraded("-v", "true").finish()
        self.assertIn(f"held by {self.containment}".encode(), ended.err)
        self.assertIn(b"/proc", ended.err)


class NoProc(ForeignProc):
    enter = (*NAMESPACE, "sh", "-c", 'umount -l /proc && exec "$0" "$@"')
    view = "absent"


class StrangersProc(ForeignProc):
    """/proc is that of a namespace which does not contain this one, so that our processes are not in it."""

    # The first process mounts its own /proc; the second, which is not its child, sees that one.
    enter = (*NAMESPACE, "sh", "-c",
             'unshare --pid --fork --kill-child=KILL sh -c "mount -t proc proc /proc && exec sleep 60" & '
             'until ! [ -e /proc/self ]; do :; done; "$0" "$@"')


@unittest.skipIf(REFUSED, f"may not make namespaces: {REFUSED}")
class Bystanders(OverseeCase):
    def end(self, overseer, **options):
        for name in ("fifo",):
            os.mkfifo(self.work / name)
        run = self.start(*NAMESPACE, "--mount-proc", "sh", "-c", BYSTANDERS, overseer, "--cgroup", "never", "--no-log",
                         "-t", "500ms", "-k", "100ms", "sh", "-c", "echo ready; sleep 50; :", **options)
        return run.finish().out.decode().split("\n")

    def test_a_stranger_that_has_a_number_of_the_tree_s_lives(self):
        self.assertEqual(self.end(OVERSEE), ["oversee 124", *["bystander 137"] * 90, ""])

    def test_control_where_proc_is_believed_it_dies(self):
        out = self.end(OVERSEE_WITHOUT, env={"OVERSEE_TEST_WITHOUT": "proc-is-ours"})
        self.assertIn("bystander 143", out)


@unittest.skipIf(REFUSED or os.getuid() != 0, REFUSED or "only root can mount a /proc")
class HiddenProcesses(OverseeCase):
    """hidepid, as an ordinary user."""

    def setUp(self):
        super().setUp()
        self.programs = Path(tempfile.mkdtemp(prefix="oversee-e2e-programs-")).resolve()
        self.addCleanup(shutil.rmtree, self.programs, ignore_errors=True)
        self.programs.chmod(0o755)
        for program in (OVERSEE, OVERSEE_WITHOUT, HELPERS / "other_user", HELPERS / "ignore_term"):
            shutil.copy(program, self.programs)
        os.chown(self.programs / "other_user", OTHER_USER, OTHER_USER)
        (self.programs / "other_user").chmod(0o4755)
        for directory in (self.directory, self.tmp, self.work):
            os.chown(directory, NOBODY, NOBODY)
        self.records = self.tmp / f"oversee-{NOBODY}"

    def hidden(self, *arguments, options="hidepid=2", program="oversee", privileges=(), env=None):
        enter = (f"mount -t proc -o {options} proc /proc && exec setpriv --reuid {NOBODY} --regid {NOBODY} "
                 f'--clear-groups {" ".join(privileges)} "$0" "$@"')
        return self.start(*NAMESPACE, "sh", "-c", enter, self.programs / program, *arguments, env=env)

    def test_a_limit_is_refused_that_a_hidden_process_would_pass(self):
        for options in ("hidepid=1", "hidepid=2", "hidepid=4", f"hidepid=2,gid={OTHER_USER}"):
            with self.subTest(options=options):
                ended = self.hidden("-m", "50MiB", "true", options=options).finish()
                self.assertEqual(ended.status, 125)
                self.assertIn(b"--max-memory cannot be kept: /proc hides other users' processes (hidepid)", ended.err)

    def test_nothing_is_hidden_from_a_group_that_sees_all(self):
        self.assertEqual(self.hidden("-m", "50MiB", "true", options=f"hidepid=2,gid={NOBODY}").finish().status, 0)
        self.assert_summary(proc="all")

    def test_nothing_is_hidden_where_nobody_can_become_another_user(self):
        self.assertEqual(self.hidden("-m", "50MiB", "true", privileges=("--no-new-privs",)).finish().status, 0)
        self.assert_summary(proc="all")

    def test_a_deadline(self):
        run = self.hidden("-t", "300ms", "-k", "100ms", self.programs / "ignore_term", 5)
        self.assertEqual(run.finish().status, 124)
        self.assert_nothing_left(run)
        self.assert_summary(proc="own_user", containment="subreaper")

    def left(self, program, env=None):
        run = self.hidden("-t", "300ms", "-k", "100ms", self.programs / "other_user", program=program, env=env)
        ended = run.finish(within=60)
        self.assertEqual(ended.status, 124)
        return [each["pid"] for each in self.summary()["attempts"][0]["unkilled"]], int(ended.out.split()[1])

    def test_a_hidden_process_that_cannot_be_killed_is_told(self):
        unkilled, pid = self.left("oversee")
        self.assertEqual(unkilled, [pid])

    def test_control_where_what_is_not_seen_is_taken_for_gone(self):
        unkilled, _ = self.left("oversee-without", env={"OVERSEE_TEST_WITHOUT": "proc-is-ours"})
        self.assertEqual(unkilled, [])


@unittest.skipIf(REFUSED, f"may not make namespaces: {REFUSED}")
class Unseen(OverseeCase):
    def test_whether_more_is_left_is_unknown_without_our_own_proc(self):
        """Below a process that stays, others may live, which only /proc could show."""
        run = self.start("unshare", "--pid", "--fork", "--kill-child=KILL", helper("refuse_kill"), OVERSEE, "--cgroup=never",
                         "-t", "300ms", "-k", "100ms", helper("ignore_term"), "1")
        ended = run.finish(within=60)
        attempt = self.summary()["attempts"][0]
        self.assertEqual((len(attempt["unkilled"]), attempt["unkilled_unknown"]), (1, True))
        self.assertIn(b"whether more of its processes are left is unknown", ended.err)


@unittest.skipIf(REFUSED or os.getuid() != 0, REFUSED or "only root can change the root directory")
class Alone(OverseeCase):
    """A static oversee with a static command and nothing else: no /proc, no /dev, no /tmp."""

    def setUp(self):
        super().setUp()
        if not is_static(OVERSEE):
            self.skipTest("this oversee is not linked statically")
        self.root = self.directory / "root"
        self.root.mkdir()
        shutil.copy(OVERSEE, self.root / "oversee")
        source = self.file("program.c", PROGRAM)
        compiled = subprocess.run(["cc", "-static", "-o", self.root / "program", source], stderr=subprocess.PIPE, check=False)
        if compiled.returncode != 0:
            self.skipTest("no static program can be compiled")

    def alone(self, *arguments, closed=""):
        enter = f'program=$(command -v chroot); PATH=/ exec "$program" "$0" /oversee "$@" {closed}'
        return self.start(*NAMESPACE, "sh", "-c", enter, self.root, *arguments, env={"TMPDIR": None})

    def test_a_deadline(self):
        run = self.alone("-t", "500ms", "/program", "sleep")
        ended = run.finish()
        self.assertEqual(ended.status, 124)
        self.assertIn(b"timed out after", ended.err)
        self.assertLess(ended.seconds, SOON_MS / 1000)
        self.assert_nothing_left(run)

    def test_a_daemon(self):
        run = self.alone("-t", "500ms", "-k", "100ms", "/program", "daemon")
        self.assertEqual(run.finish().status, 124)
        self.assert_nothing_left(run)

    def test_output_and_exit_status(self):
        ended = self.alone("/program", "echo").finish()
        self.assertEqual((ended.status, ended.out), (7, b"hello\n"))

    def test_output_that_nobody_wants(self):
        ended = self.alone("/program", "echo", closed=">&-").finish()
        self.assertEqual((ended.status, ended.out), (7, b""))
        self.assertNotIn(b"cannot write", ended.err)

    def test_without_standard_input(self):
        self.assertEqual(self.alone("--stdin", "null", "/program", "read").finish().status, 0)

    def test_closed_streams(self):
        for closed in ("<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"):
            for directory in ("", "dev"):
                with self.subTest(closed=closed, directory=directory):
                    (self.root / directory).mkdir(exist_ok=True)
                    run = self.alone("-t", "300ms", "/program", "sleep", closed=closed)
                    ended = run.finish()
                    self.assertEqual(ended.status, 124)
                    self.assertNotIn(b"ssert", ended.err)
                    self.assert_nothing_left(run)

    def test_a_retry_a_hook_and_a_series(self):
        ended = self.alone("-r", "1", "-d", "0", "--shell", "/program", "--before-retry", "read", "/program", "echo").finish()
        self.assertEqual((ended.status, ended.out.count(b"hello\n")), (7, 2))
        self.assertEqual(self.alone("--repeat", "2", "--no-log", "/program", "true").finish().status, 0)

    def test_the_command_s_name_is_looked_for_in_path(self):
        self.assertEqual(self.alone("program", "echo").finish().status, 7)

    def test_a_program_that_is_not_there(self):
        self.assertEqual(self.alone("/nowhere").finish().status, 127)


PROGRAM = r"""
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char** argv) {
  alarm(60);
  if (argc > 2 && strcmp(argv[1], "-c") == 0) ++argv;
  const char* what = argc > 1 ? argv[1] : "";
  if (strcmp(what, "true") == 0) return 0;
  if (strcmp(what, "echo") == 0) return write(1, "hello\n", 6) == 6 ? 7 : 9;
  if (strcmp(what, "read") == 0) {
    char byte;
    return read(0, &byte, 1) == 0 ? 0 : 9;
  }
  if (strcmp(what, "daemon") == 0 && fork() == 0) {
    setsid();
    if (fork() == 0) setsid();
  }
  sleep(60);
  return 0;
}
"""


if __name__ == "__main__":
    unittest.main()
