"""Random runs, cancellations, kills of supervisors, cleaning and queries, in parallel, for a given time; prints a summary.

Every run must end as its command and these events allow, every record must be final or listed as lost, and no
process, queue entry or temporary file may be left. Exits 0 if so, else 1.
"""

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from marked_runs import BOUND, ROOT, MarkedRuns

UNITS = {"s": 1, "m": 60, "h": 3600, "": 1}
# The files allowed in the run directory: runs, slots, and the stamp of the last cleaning.
RUN_ID = r"\d{8}-\d{6}-[a-z2-7]{4}"
KEPT = re.compile(RUN_ID + r"\.(json|log|stdout|stderr)|slots-\w+|\.cleaned|\.index|\.\.index\.tmp")
# Also a temporary record of a supervisor that was killed while writing it; the run is then interrupted.
UNFINISHED = re.compile(rf"\.({RUN_ID})\.json\.tmp")
FINAL = ("completed", "failed", "timed_out", "cancelled")

# Commands and their possible statuses. Names of groups and files belong to the soak test alone.
COMMANDS = (
    (("true",), {0}),
    (("false",), {1}),
    (("sh", "-c", "exit 7"), {7}),
    (("sh", "-c", "kill -SEGV $$"), {-signal.SIGSEGV}),
    (("no-such-command-here",), {127}),
    (("sh", "-c", "seq 2000; seq 2000 >&2"), {0}),
    (("sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' 'x'"), {0}),
    (("sh", "-c", "sleep 0.05; echo done"), {0}),
    (("sh", "-c", "sleep 1000 & echo left"), {0}),
    (("sh", "-c", "setsid sleep 1000 & sleep 0.02"), {0}),
    (("sh", "-c", "trap '' TERM; sleep 0.3"), {0}),
    (("sh", "-c", "for i in 1 2 3 4 5; do sh -c 'sleep 0.05' & done; wait"), {0}),
    (("sleep", "0.2"), {0}),
)

# Settings and the further statuses that they allow.
SETTINGS = (
    ((), set()),
    (("-t", "100ms", "-k", "50ms"), {124}),
    (("-i", "150ms", "-k", "50ms"), {124}),
    (("-r", "2", "-d", "10ms"), set()),
    (("--max-output", "4KiB"), set()),
    (("--max-output", "4KiB", "--on-overflow", "spill"), set()),
    (("--max-output", "4KiB", "--on-overflow", "fail", "-k", "50ms"), {123}),
    (("--log-format", "raw"), set()),
    (("--no-log",), set()),
    (("-q",), set()),
    (("--leaks", "fail"), {122}),
    (("--max-concurrent", "3", "--group", "soak"), set()),
    (("--label", "kind=soak", "--name", "soaked"), set()),
)

LOOKS = (("list",), ("list", "--format", "json"), ("list", "--status", "failed", "--limit", "5"), ("show", "last"),
         ("logs", "last", "--tail", "5"), ("stats",), ("clean", "--keep", "150"), ("clean", "--older-than", "1h"))

CANCELLING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def parse_duration(text):
    match = re.fullmatch(r"(\d+)([smh]?)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"cannot read {text!r}; a duration is written 30s, 10m or 1h")
    return int(match[1]) * UNITS[match[2]]


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev soak", description=__doc__)
    parser.add_argument("duration", nargs="?", type=parse_duration, default=60, metavar="DURATION",
                        help="how long: 30s, 10m, 1h (default 1m)")
    parser.add_argument("--workers", type=int, default=6, metavar="N", help="how many act side by side (default 6)")
    parser.add_argument("--seed", type=int, default=None, help="for the same choices again")
    parser.add_argument("--oversee", type=Path, default=ROOT / "build" / "oversee", metavar="FILE")
    return parser.parse_args()


class Soak(MarkedRuns):
    def __init__(self, arguments):
        super().__init__(arguments.oversee)
        self.detached = []  # ids
        self.killed = set()  # pids of killed supervisors

    # The actions of a worker.

    def act(self, chance):
        chance.choices((self.run_in_front, self.run_detached, self.cancel_one, self.kill_one, self.wait_for_one,
                        self.look), (8, 3, 2, 1, 1, 4))[0](chance)

    def run_in_front(self, chance):
        command, own = chance.choice(COMMANDS)
        settings, more = chance.choice(SETTINGS)
        allowed = own | more
        process = self.start(*settings, "--", *command)
        self.count("runs in the foreground")
        fate = chance.random()
        if fate < 0.25:
            time.sleep(chance.random() * 0.1)
            number = chance.choice((*CANCELLING, signal.SIGKILL))
            if number == signal.SIGKILL:
                with self.lock:
                    self.killed.add(process.pid)
                self.count("supervisors killed")
            else:
                self.count("runs cancelled by a signal")
            allowed = allowed | {-number}
            process.send_signal(number)
        try:
            output, _ = process.communicate(timeout=BOUND)
        except subprocess.TimeoutExpired:
            self.fault(f"{settings} {command}: no end after {BOUND} s")
            process.kill()
            process.communicate()
            return
        if process.returncode not in allowed:
            self.fault(f"{settings} {command}: ended with {process.returncode}, not one of {sorted(allowed)}: "
                       f"{output[-500:]!r}")

    def run_detached(self, chance):
        command, own = chance.choice(COMMANDS)
        settings, _ = chance.choice(SETTINGS)
        done = self.call("--detach", *settings, "--", *command)
        self.count("runs in the background")
        if done.returncode == 0:
            with self.lock:
                self.detached.append(done.stdout.decode().strip())
        elif done.returncode not in own:
            self.fault(f"--detach {settings} {command}: {done.returncode} {done.stderr[-500:]!r}")

    def recent(self, chance):
        with self.lock:
            return chance.choice(self.detached[-10:]) if self.detached else None

    def cancel_one(self, chance):
        run_id = self.recent(chance)
        if run_id is None:
            return
        done = self.call("cancel", run_id)
        self.count("runs cancelled by the verb")
        if done.returncode != 0 and not self.was_cleaned(run_id, done):
            self.fault(f"cancel {run_id}: {done.returncode} {done.stderr[-500:]!r}")

    def wait_for_one(self, chance):
        run_id = self.recent(chance)
        if run_id is None:
            return
        done = self.call("wait", run_id)
        self.count("waits")
        record = self.record(run_id)
        if record is None:
            return
        expected = 125 if record.get("exit_status") is None else record["exit_status"]
        if done.returncode != expected:
            self.fault(f"wait {run_id}: {done.returncode}, not {expected}: {done.stderr[-500:]!r}")

    def kill_one(self, chance):
        """Kills a detached run's oversee; a pidfd and a check of its environment protect other processes."""
        run_id = self.recent(chance)
        record = self.record(run_id) if run_id else None
        if record is None or record.get("status") != "running":
            return
        try:
            process = os.pidfd_open(record["pid"])
        except OSError:
            return
        try:
            if self.is_ours(record["pid"]):
                signal.pidfd_send_signal(process, signal.SIGKILL)
                with self.lock:
                    self.killed.add(record["pid"])
                self.count("supervisors killed")
        except OSError:
            pass
        finally:
            os.close(process)

    def look(self, chance):
        arguments = chance.choice(LOOKS)
        done = self.call(*arguments)
        self.count(f"calls of {arguments[0]}")
        if "json" in arguments:
            try:
                json.loads(done.stdout)
            except ValueError:
                self.fault(f"{arguments}: no JSON: {done.stdout[-200:]!r}")
        # The last run may be gone, or not have started, when it is read.
        if done.returncode != 0 and "last" not in arguments:
            self.fault(f"{arguments}: {done.returncode} {done.stderr[-500:]!r}")

    # Checks.

    def was_cleaned(self, run_id, done):
        return done.returncode == 125 and not (self.records / f"{run_id}.json").exists()

    # The whole test.

    def run(self, seconds, workers, seed):
        end = time.monotonic() + seconds

        def work(number):
            chance = random.Random(f"{seed}-{number}")
            while time.monotonic() < end:
                try:
                    self.act(chance)
                except subprocess.TimeoutExpired as expired:
                    self.fault(f"{expired.cmd}: no end after {BOUND} s")
                except Exception as error:  # a bug in the soak test must not look like an idle worker
                    self.fault(f"the soak itself: {error!r}")

        threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.settle()
        self.account()

    def settle(self):
        for run_id in self.detached:
            if self.record(run_id) is not None:
                self.call("cancel", run_id)
        self.expect_nobody()

    def account(self):
        lost = set()
        for path in self.records.glob("*.json"):
            record = self.record(path.stem)
            pid = record.get("pid") if record else None
            if record is None:
                # Killed between creating the file and writing to it.
                if path.stat().st_size != 0 or not self.killed:
                    self.fault(f"{path.name} is no record")
                continue
            if record["status"] in FINAL:
                self.counts[f"ended: {record['status']}"] += 1
                if record["reason"] == "supervisor_lost":
                    self.counts["of these, finished by the guard of a killed supervisor"] += 1
                    if pid not in self.killed:
                        self.fault(f"{path.name}: its supervisor is said to be lost, and was not killed")
                continue
            shown = json.loads(self.call("list", "--format", "json", "--limit", "none", "--status", "lost").stdout)
            if any(each.get("run_id") == path.stem for each in shown) and pid in self.killed:
                lost.add(path.stem)
            else:
                self.fault(f"{path.name}: {record['status']}, and nobody killed it")
        self.counts["lost"] = len(lost)
        for path in self.records.rglob("*"):
            if (unfinished := UNFINISHED.fullmatch(path.name)) and unfinished[1] in lost:
                self.counts["killed at its last word, which clean removes in time"] += 1
            elif not KEPT.fullmatch(path.name):
                self.fault(f"a file is left that is none of a run's: {path.name}")
        done = self.call("--max-concurrent", "1", "--group", "soak", "--when-full", "fail", "true")
        if done.returncode != 0:
            self.fault(f"a slot is left: {done.stderr!r}")


def main():
    arguments = parse_arguments()
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 32)
    soak = Soak(arguments)
    try:
        soak.run(arguments.duration, arguments.workers, seed)
    finally:
        soak.close()
    return soak.report(f", seed {seed}")


if __name__ == "__main__":
    sys.exit(main())
