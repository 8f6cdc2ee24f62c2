// Forks the command and sets it up until exec: the only code that runs between the two.
#pragma once

#include <sys/types.h>

#include <array>

#include "guard/protocol.hpp"
#include "model/outcome.hpp"

namespace oversee::guard {

// What a child exits with that never became the command; nobody is shown it.
inline constexpr int kExitedEarly = 127;

struct Started {
  pid_t pid = -1;
  int not_joined = 0;  // an errno, where it runs outside of the group that was meant for it
  // Where the command could not be executed; the process, if there was one, has ended and is to be reaped.
  std::optional<model::SpawnFailure> failure;
};

// The group that the command is to join.
struct CommandCgroup {
  int entry = -1;             // its cgroup.procs; -1: there is none
  bool holds_memory = false;  // the limit on memory needs no other behind it there
};

// The stage of a failure to have a cgroup that is required; the failure's subject is the group.
inline constexpr const char* kCgroupStage = "cgroup";

// The streams are dup'ed to 0, 1, 2 of the command, which joins the cgroup, if there is one. All signals
// must be blocked. With a terminal for the command, this process becomes the leader of its session.
Started start_command(const StartCommand& request, const std::array<int, 3>& streams, CommandCgroup cgroup);

}  // namespace oversee::guard
