// Tests the diagnosis of a tree: which process it names, and what it claims about it.
#include "model/evidence.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "model/user_line.hpp"

namespace oversee::model {
namespace {

using namespace std::chrono_literals;

ProcessEvidence process(int pid, int parent, std::string name, ProcessState state = ProcessState::sleeping) {
  ProcessEvidence process;
  process.pid = pid;
  process.parent = parent;
  process.command = name;
  process.name = std::move(name);
  process.state = state;
  process.age = 60s - std::chrono::seconds(pid);  // higher pids are younger
  return process;
}

ProcessEvidence in(ProcessEvidence process, std::string call, std::string channel = {}) {
  process.call = std::move(call);
  process.channel = std::move(channel);
  return process;
}

ProcessEvidence about(ProcessEvidence process, FileKind kind, std::string target) {
  process.file = OpenFile{3, kind, std::move(target)};
  return process;
}

ProcessEvidence busy(ProcessEvidence process, int percent) {
  process.cpu_percent = percent;
  return process;
}

Evidence tree(std::vector<ProcessEvidence> processes) {
  Evidence evidence;
  evidence.leader = 10;
  evidence.processes = std::move(processes);
  return evidence;
}

TEST_CASE("evidence: the description of a single process") {
  const auto sleeper = process(10, 1, "cat");
  struct Case {
    ProcessEvidence process;
    const char* words;
  };
  for (const auto& [one, expected] : {
           Case{in(sleeper, "futex", "futex_wait"), "cat 10 sleeps in futex, 0 % CPU"},
           Case{in(sleeper, "", "hrtimer_nanosleep"), "cat 10 sleeps in hrtimer_nanosleep, 0 % CPU"},
           Case{sleeper, "cat 10 sleeps, 0 % CPU"},
           Case{in(sleeper, "openat", "wait_for_partner"),
                "cat 10 waits for somebody to open the other end of a fifo, 0 % CPU"},
           Case{about(in(sleeper, "read"), FileKind::file, "/tmp/fifo"),
                "cat 10 waits for input from /tmp/fifo, 0 % CPU"},
           Case{about(in(sleeper, "read"), FileKind::pipe, "pipe:[7]"), "cat 10 waits for input from a pipe, 0 % CPU"},
           Case{about(in(sleeper, "read"), FileKind::terminal, "/dev/pts/3"),
                "cat 10 waits for input from the terminal, 0 % CPU"},
           Case{about(in(sleeper, "recvfrom"), FileKind::connection, "10.0.0.1:443"),
                "cat 10 waits for the network (socket to 10.0.0.1:443), 0 % CPU"},
           Case{about(in(sleeper, "connect"), FileKind::connection, "10.0.0.1:443"),
                "cat 10 waits for the network (socket to 10.0.0.1:443), 0 % CPU"},
           Case{about(in(sleeper, "connect"), FileKind::socket, "socket:[7]"), "cat 10 waits to be connected, 0 % CPU"},
           Case{about(in(sleeper, "accept4"), FileKind::listener, "0.0.0.0:80"),
                "cat 10 waits for a connection (socket at 0.0.0.0:80), 0 % CPU"},
           Case{about(in(sleeper, "write"), FileKind::pipe, "pipe:[7]"),
                "cat 10 waits for a pipe to take its output, 0 % CPU"},
           Case{about(in(sleeper, "flock"), FileKind::file, "/run/lock"),
                "cat 10 waits for a lock on /run/lock, 0 % CPU"},
           Case{about(in(sleeper, "ioctl"), FileKind::file, "/dev/x"), "cat 10 sleeps in ioctl, 0 % CPU"},
           Case{in(process(10, 1, "cp", ProcessState::uninterruptible), "write", "nfs_wait"),
                "cp 10 waits in the kernel, where no signal reaches it (nfs_wait), 0 % CPU"},
           Case{process(10, 1, "vi", ProcessState::stopped), "vi 10 is stopped, 0 % CPU"},
           Case{process(10, 1, "vi", ProcessState::traced), "vi 10 is held by a debugger, 0 % CPU"},
           Case{busy(process(10, 1, "make", ProcessState::running), 98), "make 10 burns 98 % CPU"},
           Case{busy(process(10, 1, "java"), 340), "java 10 burns 340 % CPU"},
           Case{busy(process(10, 1, "node"), 23), "node 10 uses 23 % CPU"},
           Case{busy(in(process(10, 1, "node"), "epoll_wait"), 9), "node 10 sleeps in epoll_wait, 9 % CPU"},
       }) {
    CHECK(conclusion(tree({one})) == expected);
  }
}

TEST_CASE("evidence: an open connection is mentioned, not blamed") {
  auto curl = in(process(10, 1, "curl"), "poll");
  curl.first_files = {{0, FileKind::file, "/dev/null"}, {5, FileKind::connection, "10.0.0.1:443"}};
  CHECK(conclusion(tree({curl})) == "curl 10 sleeps in poll with a connection to 10.0.0.1:443 open, 0 % CPU");
}

TEST_CASE("evidence: which process of a tree is named") {
  const auto shell = in(process(10, 1, "sh"), "wait4", "do_wait");
  const auto curl = about(in(process(12, 10, "curl"), "recvfrom"), FileKind::connection, "10.0.0.1:443");
  const auto reader = about(in(process(13, 10, "tee"), "read"), FileKind::pipe, "pipe:[7]");
  const auto inner = in(process(14, 10, "bash"), "wait4");
  const auto deep = in(process(15, 14, "sleep"), "clock_nanosleep");
  const auto zombie = process(16, 10, "old", ProcessState::zombie);

  SUBCASE("the child that a shell waits for") {
    CHECK(conclusion(tree({shell, curl})) ==
          "sh 10 waits for its child curl 12, which waits for the network (socket to 10.0.0.1:443), 0 % CPU");
  }
  SUBCASE("not the reader of the pipe, though it was started later") {
    CHECK(conclusion(tree({shell, curl, reader})).starts_with("sh 10 waits for its child curl 12"));
  }
  SUBCASE("what is deeper down") {
    CHECK(conclusion(tree({shell, inner, deep})) ==
          "sh 10 waits for sleep 15, which sleeps in clock_nanosleep, 0 % CPU");
  }
  SUBCASE("of two alike the one that was started last") {
    CHECK(conclusion(tree({shell, in(process(11, 10, "a"), "futex"), in(process(17, 10, "b"), "futex")}))
              .starts_with("sh 10 waits for its child b 17"));
  }
  SUBCASE("a zombie only where nothing else is left") {
    CHECK(conclusion(tree({shell, zombie})) == "sh 10 waits for a child of its own, 0 % CPU");
    CHECK(conclusion(tree({zombie})) == "old 16 has ended and is not reaped by its parent, 0 % CPU");
  }
  SUBCASE("a leader that does something else than wait for a child is not said to") {
    CHECK(conclusion(tree({in(process(10, 1, "node"), "epoll_wait"), deep, curl}))
              .starts_with("curl 12 waits for the network"));
  }
  SUBCASE("what works, wherever it is; and how much else does") {
    const auto one = busy(process(20, 10, "cc1", ProcessState::running), 99);
    const auto other = busy(process(21, 10, "cc1plus", ProcessState::running), 60);
    CHECK(conclusion(tree({shell, one, deep})) == "cc1 20 burns 99 % CPU");
    CHECK(conclusion(tree({shell, one, other, busy(deep, 5)})) == "cc1 20 burns 99 % CPU, 1 more process is busy");
    CHECK(conclusion(tree({shell, one, other, busy(deep, 50)})) == "cc1 20 burns 99 % CPU, 2 more processes are busy");
  }
  SUBCASE("what cannot be woken or is stopped, before what only sleeps") {
    const auto stopped = process(18, 10, "job", ProcessState::stopped);
    CHECK(conclusion(tree({shell, curl, stopped})) == "sh 10 waits for its child job 18, which is stopped, 0 % CPU");
    auto stuck = process(19, 10, "dd", ProcessState::uninterruptible);
    CHECK(conclusion(tree({shell, curl, stopped, stuck})).find("dd 19") != std::string::npos);
  }
  SUBCASE("what a leader that is gone has left") {
    CHECK(conclusion(tree({deep})) == "sleep 15 sleeps in clock_nanosleep, 0 % CPU");
  }
  SUBCASE("nothing") { CHECK(conclusion(tree({})).empty()); }
}

TEST_CASE("evidence: a cycle of parents is walked a bounded number of times") {
  CHECK_FALSE(conclusion(tree({process(10, 12, "a"), process(12, 10, "b")})).empty());
}

TEST_CASE("evidence: a silence comes first in the sentence") {
  auto evidence = tree({in(process(10, 1, "cat"), "futex")});
  CHECK(sentence(evidence) == "cat 10 sleeps in futex, 0 % CPU");
  evidence.silent = 900ms;
  CHECK(sentence(evidence) == "cat 10 sleeps in futex, 0 % CPU");
  evidence.silent = 120s;
  CHECK(sentence(evidence) == "silent for 2m 0s; cat 10 sleeps in futex, 0 % CPU");
  evidence.processes.clear();
  CHECK(sentence(evidence) == "silent for 2m 0s");
}

TEST_CASE("evidence: the details of a process are one line") {
  auto server = about(in(process(10, 9, "python3"), "recvfrom", "sk_wait_data"), FileKind::connection, "[::1]:80");
  server.letter = 'S';
  server.command = "python3 server.py";
  server.age = 123s;
  server.cpu = 1500ms;
  server.cpu_span = 200ms;
  server.cpu_percent = 3;
  server.rss_bytes = 34 << 20;
  server.threads = 4;
  server.files_known = true;
  server.files = 12;
  server.sockets = 1;
  server.first_files = {{0, FileKind::file, "/dev/null"}, {3, FileKind::connection, "[::1]:80"}};
  CHECK(describe(server) ==
        "pid 10  parent 9  age 2m 3s  S sleeping in recvfrom of 3 tcp to [::1]:80 (sk_wait_data)"
        "  cpu 3 % of 200ms, 1.5s in all  memory 34MiB  threads 4"
        "  files 12 (1 socket): 0 /dev/null, 3 tcp to [::1]:80, ...  python3 server.py");
  auto foreign = process(11, 10, "sudo", ProcessState::running);
  foreign.letter = 'R';
  foreign.age = 5s;
  foreign.cpu_span = 5s;
  CHECK(describe(foreign) == "pid 11  parent 10  age 5.0s  R running  cpu 0 % of 5.0s, 0ms in all  memory 0B  sudo");
}

TEST_CASE("evidence: every state letter of the kernel is known") {
  CHECK(process_state('R') == ProcessState::running);
  CHECK(process_state('S') == ProcessState::sleeping);
  CHECK(process_state('I') == ProcessState::sleeping);
  CHECK(process_state('D') == ProcessState::uninterruptible);
  CHECK(process_state('T') == ProcessState::stopped);
  CHECK(process_state('t') == ProcessState::traced);
  CHECK(process_state('Z') == ProcessState::zombie);
  CHECK(process_state('?') == ProcessState::unknown);
}

TEST_CASE("on-timeout: the description of the hook's result") {
  UserLineResult result;
  result.took = 1200ms;
  CHECK(describe(result) == "ended after 1.2s");
  result.exit_code = 3;
  CHECK(describe(result) == "exit 3 after 1.2s");
  result.omitted_bytes = 2048;
  CHECK(describe(result) == "exit 3 after 1.2s, 2.0KiB of its output left out");
  result.exit_code.reset();
  result.omitted_bytes = 0;
  result.signal = 11;
  CHECK(describe(result) == "killed by signal SEGV after 1.2s");
  result.cut_short = true;
  CHECK(describe(result) == "killed after 1.2s");
  result.failure = "no room";
  CHECK(describe(result) == "could not be run: no room");
}

}  // namespace
}  // namespace oversee::model
