// Tests the state of a process in /proc: alive, waiting or zombie; its group; and its open files.
#include "os/process_state.hpp"

#include <doctest/doctest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>

#include <algorithm>
#include <string>
#include <vector>

#include "forked.hpp"
#include "os/descriptor.hpp"
#include "os/open_files.hpp"
#include "os/process_group.hpp"

namespace oversee::os {
namespace {

// A child that reports when it is ready, and lives until it is killed.
template <class Prepare>
pid_t settled_child(Prepare prepare) {
  auto pipe = make_pipe();
  REQUIRE(pipe.has_value());
  const int writer = pipe->writer.get();
  const pid_t pid = fork_child([&] {
    prepare();
    tell(writer, 1);
    wait_to_be_killed();
    return 0;
  });
  CHECK(hear<int>(pipe->reader.get()) == 1);
  return pid;
}

void end(pid_t pid) {
  ::kill(pid, SIGKILL);
  (void)status_of(pid);
}

void wait_for_zombie(pid_t pid) {
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0);
}

TEST_CASE("process state: we run, a dead child is a zombie, a reaped one is gone") {
  const auto self = look_at_process(::getpid());
  REQUIRE(self.has_value());
  CHECK(self->runnable);
  CHECK_FALSE(self->zombie);
  CHECK_FALSE(self->ending);

  const pid_t child = fork_child([] { return 0; });
  wait_for_zombie(child);
  const auto zombie = look_at_process(child);
  REQUIRE(zombie.has_value());
  CHECK(zombie->zombie);
  (void)status_of(child);
  CHECK_FALSE(look_at_process(child).has_value());
}

TEST_CASE("process state: a process lives on when its first thread has ended") {
  const pid_t headless = fork_child([] {
    pthread_t other;
    pthread_create(
        &other, nullptr, [](void*) -> void* { wait_to_be_killed(); }, nullptr);
    ::syscall(SYS_exit, 0);  // ends only this thread; pthread_exit would unwind the test
    return 0;
  });
  const auto first_thread_ended = [&] {
    const auto stat = read_file("/proc/" + std::to_string(headless) + "/stat");
    REQUIRE(stat.has_value());
    return stat->find(") Z ") != std::string::npos;
  };
  while (!first_thread_ended()) ::sched_yield();
  const auto state = look_at_process(headless);
  REQUIRE(state.has_value());
  CHECK_FALSE(state->zombie);
  CHECK_FALSE(state->ending);
  end(headless);
}

TEST_CASE("process group: live members below us") {
  const pid_t leader = settled_child([] { ::setpgid(0, 0); });
  const pid_t member = settled_child([leader] { ::setpgid(0, leader); });
  const pid_t other = settled_child([] { ::setpgid(0, 0); });
  const auto pids = [](pid_t group) {
    std::vector<pid_t> list;
    for (const Descendant& each : list_group_members(group)) list.push_back(each.pid);
    std::ranges::sort(list);
    return list;
  };
  std::vector<pid_t> both{leader, member};
  std::ranges::sort(both);
  CHECK(pids(leader) == both);
  CHECK(pids(other) == std::vector<pid_t>{other});
  end(leader);
  CHECK(pids(leader) == std::vector<pid_t>{member});
  ::kill(member, SIGKILL);
  wait_for_zombie(member);
  CHECK(pids(leader).empty());
  end(member);
  end(other);
}

TEST_CASE("open files: both ends of a pipe are one file, and a holder of it is found") {
  auto out = make_pipe();
  auto err = make_pipe();
  REQUIRE(out.has_value());
  REQUIRE(err.has_value());
  const FileIdentity first = identify(out->reader.get());
  const FileIdentity second = identify(err->reader.get());
  CHECK(first == identify(out->writer.get()));
  CHECK_FALSE(first == second);
  CHECK(identify(-1) == FileIdentity{});

  const pid_t holder = settled_child([&] {
    ::close(err->reader.get());
    ::close(err->writer.get());
  });
  CHECK(streams_held_by(holder, first, second) == model::HeldStreams{.known = true, .out = true, .err = false});
  CHECK(streams_held_by(holder, second, first) == model::HeldStreams{.known = true, .out = false, .err = true});
  CHECK(streams_held_by(holder, {}, {}) == model::HeldStreams{.known = true});
  end(holder);
  CHECK(streams_held_by(holder, first, second) == model::HeldStreams{});
}

}  // namespace
}  // namespace oversee::os
