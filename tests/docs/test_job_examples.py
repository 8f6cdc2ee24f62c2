"""Runs the examples in configs/ for schedulers, clusters, images and hooks like these would, with stand-in programs."""

import json
import re
import shlex
import shutil
import signal
import subprocess
import time
import unittest

from parser_list import OPTIONS, WORDS, options_used
from test_examples import BOUND, CONFIGS, Example

try:
    import yaml
except ImportError:
    yaml = None

SECONDS = {"s": 1, "m": 60, "h": 3600}
UNSHARE = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child=KILL")


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)([smh])", text).groups()
    return int(number) * SECONDS[unit]


def value_of(words, option):
    return words[words.index(option) + 1]


def yaml_faults(text):
    """A minimal check of YAML: each line is a comment, an item or a member, brackets are closed, no tabs are used."""
    faults = []
    block = None  # the indentation of the key of a block text
    open_brackets = 0
    for number, line in enumerate(text.splitlines(), 1):
        depth = len(line) - len(line.lstrip(" "))
        if block is not None and (not line.strip() or depth > block):
            continue
        block = None
        if "\t" in line:
            faults.append(f"{number}: a tab")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not open_brackets:
            if depth % 2:
                faults.append(f"{number}: indented by {depth}")
            if not re.match(r" *(- )*([\w./-]+:( |$)|(?<=- )\S)", line):
                faults.append(f"{number}: neither member nor item")
        if re.search(r": [|>][+-]?$", line):
            block = depth
            continue
        bare = re.sub(r'"(\\.|[^"\\])*"', '""', line)
        if re.search(r"(: |- )\[", bare) or open_brackets:
            open_brackets += bare.count("[") - bare.count("]")
    if open_brackets:
        faults.append("a bracket that is not closed")
    return faults


class Yaml(unittest.TestCase):
    def files(self):
        found = sorted([*CONFIGS.rglob("*.yml"), *CONFIGS.rglob("*.yaml")])
        self.assertGreaterEqual(len(found), 4)
        return found

    def test_each_has_the_shape_of_yaml(self):
        for path in self.files():
            with self.subTest(file=path.name):
                self.assertEqual(yaml_faults(path.read_text()), [])

    def test_control_what_has_not_is_seen(self):
        for text in ("a:\n\tb: 1\n", "a:\n   b: 1\n", "a: [1,\n  2\n", "a: 1\nword\n", "a\n  b: 1\n"):
            self.assertTrue(yaml_faults(text), text)
        self.assertEqual(yaml_faults("# c\na:\n  - b: [1,\n      2]\n    c: |\n      any\tthing\n  - d\n"), [])

    @unittest.skipUnless(yaml, "python3-yaml is not installed")
    def test_each_is_yaml(self):
        for path in self.files():
            with self.subTest(file=path.name):
                self.assertTrue(yaml.safe_load(path.read_text()))


class Kubernetes(Example):
    def setUp(self):
        super().setUp()
        self.text = (CONFIGS / "kubernetes-job.yml").read_text()
        self.words = self.list_of("command") + self.list_of("args")

    def list_of(self, key):
        return json.loads(re.search(rf"^ *{key}: (\[[^\]]*\])$", self.text, re.MULTILINE).group(1))

    def number_of(self, key):
        return int(re.search(rf"^ *{key}: (\d+)$", self.text, re.MULTILINE).group(1))

    def test_its_options_are_known(self):
        used = options_used(shlex.join(self.words))
        self.assertEqual(used[-1], "--name")
        self.assertEqual([word for word in used if word not in WORDS], [])

    def test_the_container_s_command_runs(self):
        self.script("programs/report", 'echo "report $*"')
        done = self.run_here(*self.words)
        self.assertEqual((done.returncode, done.stdout), (0, "report --yesterday\n"), done.stderr)
        self.assertRegex(done.stderr, r"^oversee: completed: exit 0 after \S+\n$")

    def test_what_may_pass_is_tried_again_and_a_fault_is_not(self):
        self.script("programs/report", 'echo "$OVERSEE_ATTEMPT"; [ "$OVERSEE_ATTEMPT" = 2 ] || exit 75')
        done = self.run_here(*self.words, OVERSEE_DELAY="10ms")
        self.assertEqual((done.returncode, done.stdout), (0, "1\n2\n"), done.stderr)
        self.script("programs/report", "echo once; exit 3")
        done = self.run_here(*self.words, OVERSEE_DELAY="10ms")
        self.assertEqual((done.returncode, done.stdout), (3, "once\n"), done.stderr)

    def test_the_cluster_s_limits_come_after_oversee_s(self):
        total, grace = seconds(value_of(self.words, "-T")), seconds(value_of(self.words, "-k"))
        self.assertGreater(self.number_of("activeDeadlineSeconds"), total + grace)
        self.assertGreater(self.number_of("terminationGracePeriodSeconds"), grace)
        self.assertEqual(self.number_of("backoffLimit"), 0)

    @unittest.skipUnless(yaml, "python3-yaml is not installed")
    def test_it_is_a_job_with_that_command(self):
        job = yaml.safe_load(self.text)
        self.assertEqual((job["apiVersion"], job["kind"]), ("batch/v1", "Job"))
        pod = job["spec"]["template"]["spec"]
        self.assertEqual(pod["restartPolicy"], "Never")
        (container,) = pod["containers"]
        self.assertEqual(container["command"] + container["args"], self.words)


class Slurm(Example):
    def setUp(self):
        super().setUp()
        self.results = self.place / "results"
        # The step's own options come before the program, as for srun.
        self.script("programs/srun", 'echo "$*" >>srun.calls; while [ "${1#-}" != "$1" ]; do shift; done; exec "$@"')
        self.script("simulate", 'echo "seed $2"; echo "$2 squared" >"$4"')

    def task(self, number="7", **variables):
        return self.run_here(str(CONFIGS / "slurm-array.sh"), SLURM_ARRAY_TASK_ID=number, SLURM_CPUS_PER_TASK="2",
                             OVERSEE_DELAY="10ms", **variables)

    def summary(self):
        return json.loads((self.results / "7.json").read_text())

    def test_a_task_that_succeeds_is_done(self):
        done = self.task()
        self.assertEqual((done.returncode, done.stdout), (0, "seed 7\n"), done.stderr)
        self.assertEqual((self.results / "7.out").read_text(), "7 squared\n")
        self.assertIn(" out| seed 7\n", (self.results / "7.log").read_text())
        self.assertEqual(self.summary()["name"], "sweep-7")
        self.assertIn("--cpus-per-task=2 oversee ", (self.place / "srun.calls").read_text())

    def test_what_is_done_is_not_done_again(self):
        self.task()
        self.assertEqual(self.task().stdout, "")
        self.assertEqual(len((self.place / "srun.calls").read_text().splitlines()), 1)
        self.assertEqual(self.task("8").stdout, "seed 8\n")

    def test_a_task_that_fails_is_not_done_and_tells_its_status(self):
        self.script("simulate", "exit 3")
        self.assertEqual(self.task().returncode, 3)
        self.assertFalse((self.results / "7.done").exists())
        self.assertEqual(len(self.summary()["attempts"]), 1)

    def test_a_task_that_asks_for_it_is_tried_again(self):
        self.script("simulate", '[ "$OVERSEE_ATTEMPT" = 2 ] || exit 75')
        self.assertEqual(self.task().returncode, 0)
        self.assertTrue((self.results / "7.done").exists())
        self.assertEqual(len(self.summary()["attempts"]), 2)

    def test_outside_of_an_array_it_says_what_it_is(self):
        done = self.run_here(str(CONFIGS / "slurm-array.sh"))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("sbatch --array", done.stderr)
        self.assertFalse(self.results.exists())

    def test_slurm_s_limits_come_after_oversee_s(self):
        text = (CONFIGS / "slurm-array.sh").read_text().replace("\\\n", " ")
        directives = dict(re.findall(r"^#SBATCH --([\w-]+)=(\S+)$", text, re.MULTILINE))
        hours, minutes, rest = map(int, directives["time"].split(":"))
        name, before = directives["signal"].split("@")
        self.assertEqual(name, "TERM")
        words = shlex.split(re.search(r" oversee (-.*)$", text, re.MULTILINE).group(1))
        ours = seconds(value_of(words, "-T")) + seconds(value_of(words, "-k"))
        self.assertGreater(hours * 3600 + minutes * 60 + rest - int(before), ours)
        self.assertLess(text.index("#SBATCH --signal"), text.index("set -eu"), "sbatch reads no further than the first command")


class Cron(Example):
    def setUp(self):
        super().setUp()
        self.logs = self.place / "logs"
        self.variables, self.jobs = {}, []
        for line in (CONFIGS / "cron.d-oversee-nightly").read_text().splitlines():
            if assignment := re.fullmatch(r"([A-Z]+)=(\S+)", line):
                self.variables[assignment.group(1)] = assignment.group(2)
            elif line and not line.startswith("#"):
                fields = line.split(None, 6)
                self.assertEqual(len(fields), 7, line)
                for field in fields[:5]:
                    self.assertRegex(field, r"^(\*(/\d+)?|\d+)$")
                self.assertRegex(fields[5], r"^[a-z]+$")
                self.assertNotRegex(fields[6], r"(^|[^\\])%")
                self.jobs.append((fields[0], fields[6]))

    def run_job(self, word):
        (command,) = [command for _, command in self.jobs if word in command]
        return self.run_here(self.variables["SHELL"], "-c", command, LOGS=str(self.logs), OVERSEE_DELAY="10ms")

    def test_a_good_night_sends_no_mail(self):
        self.script("programs/backup", 'echo "saved $*"')
        done = self.run_job("-- backup")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        (log,) = self.logs.glob("*.log")
        self.assertIn(" out| saved --all\n", log.read_text())
        self.assertEqual(json.loads((self.logs / "last.json").read_text())["name"], "nightly")

    def test_the_mail_of_a_bad_one_has_output_and_end(self):
        self.script("programs/backup", "echo reading; echo disk full >&2; exit 7")
        done = self.run_job("-- backup")
        self.assertEqual((done.returncode, done.stdout), (7, "reading\n"))
        self.assertRegex(done.stderr, rf"(?s)^disk full\n.*oversee: failed: exit 7 after \S+ \[log {self.logs}/\S+\.log\]\n")

    def test_logs_go_after_a_month(self):
        self.script("programs/backup", "true")
        self.run_job("-- backup")
        self.assertEqual(self.run_job("-mtime").returncode, 0)
        (log,) = self.logs.glob("*.log")
        subprocess.run(["touch", "-d", "40 days ago", log], check=True)
        self.assertEqual(self.run_job("-mtime").returncode, 0)
        self.assertFalse(log.exists())

    def test_the_frequent_job_runs_and_ends_before_its_next_time(self):
        self.script("programs/fetch-feeds", '[ "$OVERSEE_ATTEMPT" = 2 ]')
        done = self.run_job("fetch-feeds")
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        (when, command), = [job for job in self.jobs if "fetch-feeds" in job[1]]
        words = shlex.split(command)
        self.assertLess(seconds(value_of(words, "-T")) + seconds(value_of(words, "-k")), 60 * int(when.partition("/")[2]))


class PreCommit(Example):
    def setUp(self):
        super().setUp()
        self.assertTrue(shutil.which("make"), "make is not installed; the hook's tests cannot be run")
        text = (CONFIGS / "pre-commit-config.yaml").read_text()
        # pre-commit splits the entry like this and uses no shell.
        self.words = shlex.split(re.search(r"^ *entry: (.*)$", text, re.MULTILINE).group(1))

    def makefile(self, recipe):
        (self.place / "Makefile").write_text(f"test:\n\t@{recipe}\n")

    def test_what_passes_is_silent(self):
        self.makefile("echo all well")
        done = self.run_here(*self.words)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_what_fails_is_shown_and_stops_the_commit(self):
        self.makefile("echo one is wrong; exit 3")
        done = self.run_here(*self.words)
        self.assertEqual((done.returncode, done.stdout), (2, "one is wrong\n"))
        self.assertIn("oversee: failed: exit 2 ", done.stderr)

    def test_what_hangs_is_ended(self):
        self.makefile("echo first; sleep 30")
        self.words[self.words.index("-i") + 1] = "300ms"
        done = self.run_here(*self.words)
        self.assertEqual((done.returncode, done.stdout), (124, "first\n"))

    def test_what_leaves_something_running_fails(self):
        self.makefile("setsid sleep 30 >/dev/null 2>&1 &")
        self.assertEqual(self.run_here(*self.words).returncode, 122)


class Image(Example):
    """configs/Dockerfile-entrypoint without docker: its entry point runs as process 1 if that is permitted."""

    def setUp(self):
        super().setUp()
        text = (CONFIGS / "Dockerfile-entrypoint").read_text()
        self.entry, self.command = (json.loads(re.search(rf"^{key} (\[.*\])$", text, re.MULTILINE).group(1))
                                    for key in ("ENTRYPOINT", "CMD"))

    def as_first_process(self, server):
        refused = subprocess.run([*UNSHARE, "true"], stderr=subprocess.PIPE, text=True, check=False).stderr
        if refused:
            self.skipTest(f"may not make a pid namespace: {refused.strip()}")
        self.script("programs/server", server)
        return subprocess.Popen([*UNSHARE, *self.entry, *self.command], cwd=self.place, env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def test_the_server_s_status_is_the_container_s(self):
        process = self.as_first_process("echo serving; exit 3")
        out, err = process.communicate(timeout=BOUND)
        self.assertEqual((process.returncode, out), (3, "serving\n"))
        self.assertIn("oversee: failed: exit 3 ", err)

    def test_a_container_that_is_stopped_ends_with_all_in_it(self):
        process = self.as_first_process("trap 'echo bye; exit 0' TERM; setsid sleep 50 & echo serving; wait")
        self.assertEqual(process.stdout.readline(), "serving\n")
        (first,) = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], stdout=subprocess.PIPE, text=True,
                                  check=True).stdout.split()
        begun = time.monotonic()
        subprocess.run(["kill", "-TERM", first], check=True)
        out, _ = process.communicate(timeout=BOUND)
        self.assertEqual((process.returncode, out), (128 + signal.SIGTERM, "bye\n"))
        self.assertLess(time.monotonic() - begun, 8)

    def test_its_own_kill_comes_before_docker_s(self):
        self.assertLess(seconds(value_of(self.entry, "-k")), 10)


class Units(unittest.TestCase):
    """The systemd units, as far as they can be checked without systemd."""

    def setUp(self):
        self.service = (CONFIGS / "systemd" / "oversee-nightly.service").read_text()

    def test_the_timer_starts_the_service(self):
        timer = CONFIGS / "systemd" / "oversee-nightly.timer"
        self.assertRegex(timer.read_text(), r"(?m)^OnCalendar=")
        self.assertTrue(timer.with_suffix(".service").exists())

    def test_systemd_waits_longer_than_oversee(self):
        grace = re.search(r" -k (\S+) ", (CONFIGS / "nightly.sh").read_text()).group(1)
        self.assertGreater(seconds(re.search(r"^TimeoutStopSec=(\S+)$", self.service, re.MULTILINE).group(1)), seconds(grace))

    def test_it_runs_the_script_that_is_here(self):
        named = re.search(r"^ExecStart=.*/([\w.-]+)$", self.service, re.MULTILINE).group(1)
        self.assertTrue((CONFIGS / named).exists())

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_systemd_knows_every_line(self):
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", *(CONFIGS / "systemd").iterdir()], capture_output=True,
                              text=True, timeout=BOUND, check=False)
        told = [line for line in done.stderr.splitlines() if "oversee-nightly" in line and "is not executable" not in line]
        self.assertEqual(told, [])


@unittest.skipUnless("profile" in OPTIONS, "this oversee has no profiles")
class Profiles(Example):
    """configs/oversee.toml, with its paths moved to a test directory."""

    def setUp(self):
        super().setUp()
        text = (CONFIGS / "oversee.toml").read_text().replace("/var/log/nightly", str(self.place))
        (self.place / "oversee.toml").write_text(text.replace("/usr/local/bin/backup", "backup"))

    def test_a_profile_without_a_command_runs_the_call_s(self):
        self.script("programs/flaky", '[ "$OVERSEE_ATTEMPT" = 2 ] || exit 75; echo "$TERM"')
        done = self.run_here("oversee", "-P", "ci", "--", "flaky", OVERSEE_DELAY="10ms")
        self.assertEqual((done.returncode, done.stdout), (0, "dumb\n"), done.stderr)

    def test_a_profile_with_one_runs_it_and_inherits(self):
        (self.place / "Makefile").write_text('integration:\n\t@echo "$$DB_URL $$TERM $(VERBOSE)"\n')
        done = self.run_here("oversee", "-P", "integration", "VERBOSE=1")
        self.assertEqual((done.returncode, done.stdout), (0, "postgres://localhost/test dumb 1\n"), done.stderr)

    def test_the_nightly_one_says_nothing_unless_it_fails(self):
        self.script("programs/backup", "echo saved; exit ${STATUS:-24}")
        done = self.run_here("oversee", "-P", "nightly")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual(json.loads((self.place / "last.json").read_text())["name"], "nightly")
        done = self.run_here("oversee", "-P", "nightly", STATUS="5")
        self.assertEqual((done.returncode, done.stdout), (5, "saved\n"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
