// Starts the command beside the guard's loop: the only code that runs between fork and exec.
#pragma once

#include <sys/types.h>

#include <array>
#include <optional>

#include "guard/protocol.hpp"
#include "model/outcome.hpp"

namespace oversee::guard {

// What a child exits with that never became the command; nobody is shown it.
inline constexpr int kExitedEarly = 127;

struct Started {
  pid_t pid = -1;      // -1: the fork failed
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

struct Preparation;

// One start. Its child may hang in the kernel before it is the command: a working directory, a directory of PATH or a
// program can be on a file system that does not answer. A thread waits for the exec, so that the guard keeps its clocks
// and can kill meanwhile. The thread is the command's parent (PR_SET_PDEATHSIG, prctl(2)) and stays until the guard
// ends.
class CommandStart {
 public:
  // The streams become 0, 1 and 2 of the command, which joins the cgroup, if there is one; both must stay open until
  // the start has ended. All signals must be blocked. With a terminal for the command, this process becomes the leader
  // of its session.
  CommandStart(StartCommand request, const std::array<int, 3>& streams, CommandCgroup cgroup);
  CommandStart(const CommandStart&) = delete;
  CommandStart& operator=(const CommandStart&) = delete;
  ~CommandStart() = default;

  // Readable once the start has ended.
  int fd() const;

  // Waits until the child exists, which nothing outside the kernel can hold up; -1 where there can be none. From then
  // on it can be signalled.
  pid_t child() const;

  // How the start ended; none while it goes on. To be asked once.
  std::optional<Started> take_end();

 private:
  // The child and the thread may use it for as long as this process lives: it is never freed.
  Preparation* preparation_;
  bool taken_ = false;
};

}  // namespace oversee::guard
