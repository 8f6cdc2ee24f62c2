// A family of processes for a test: children and grandchildren that report through one pipe. None survives the test.
#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "forked.hpp"
#include "os/descriptor.hpp"
#include "os/process_tree.hpp"

namespace oversee::os {

// The parent according to the list; empty if the process is not listed.
inline std::optional<pid_t> parent_in(const std::vector<Descendant>& list, pid_t pid) {
  for (const Descendant& each : list) {
    if (each.pid == pid) return each.parent;
  }
  return {};
}

// Waits until the child has ended, without reaping it.
inline void wait_for_zombie(pid_t pid) {
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0);
}

// Whether all descendants could be killed within the bound. Leaves `watched` to be reaped by the caller.
inline bool kill_orphans(std::optional<pid_t> watched = {}, std::chrono::seconds bound = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + bound;
  for (OrphanKill kill; !kill.round({.watched = watched}).empty;) {
    if (std::chrono::steady_clock::now() >= end) return false;
    ::usleep(1000);
  }
  return true;
}

class Family {
 public:
  Family() {
    adopt_orphans();
    auto made = make_pipe();
    REQUIRE(made.has_value());
    pipe_ = std::move(*made);
  }
  ~Family() { (void)kill_orphans(); }
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

  // Adds a child that runs the function.
  template <class Run>
  pid_t add(Run run) {
    return fork_child([&] {
      run();
      return 0;
    });
  }

  // Adds a child, its child, and so on, all of them waiting; returns the oldest first.
  std::vector<pid_t> add_line(int length) {
    add([&] { grow(length); });
    std::vector<pid_t> line(static_cast<std::size_t>(length));
    for (int i = 0; i < length; ++i) {
      const auto word = hear<std::array<pid_t, 2>>(pipe_.reader.get());
      line.at(static_cast<std::size_t>(length - word[0])) = word[1];
    }
    return line;
  }

  // say() is for a child, hear_word() for the test.
  void say(int word) { tell(pipe_.writer.get(), word); }
  int hear_word() { return hear<int>(pipe_.reader.get()); }

 private:
  [[noreturn]] void grow(int length) {
    bound_life();
    if (length > 1 && ::fork() == 0) grow(length - 1);
    tell(pipe_.writer.get(), std::array<pid_t, 2>{length, ::getpid()});
    wait_to_be_killed();
  }

  Pipe pipe_;
};

}  // namespace oversee::os
