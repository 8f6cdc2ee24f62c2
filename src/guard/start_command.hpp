// Starts the command beside the guard's loop. Only code of this file's .cpp runs between fork and exec.
#pragma once

#include <sys/types.h>

#include <array>
#include <optional>

#include "guard/protocol.hpp"
#include "model/outcome.hpp"

namespace oversee::guard {

// The exit status of a child that ends before exec. It is never shown.
inline constexpr int kExitedEarly = 127;

struct Started {
  pid_t pid = -1;      // -1: the fork failed
  int not_joined = 0;  // errno if the command runs outside the cgroup that was meant for it
  // Set if the command was not executed. The child, if there was one, has exited and must be reaped.
  std::optional<model::SpawnFailure> failure;
};

// The cgroup that the command joins.
struct CommandCgroup {
  int entry = -1;             // descriptor of its cgroup.procs; -1: none
  bool holds_memory = false;  // it enforces the memory limit, which then needs no backstop
};

// The stage of a failure to create or join a required cgroup; the failure's subject is the cgroup.
inline constexpr const char* kCgroupStage = "cgroup";

struct Preparation;

// One start. The child may hang in the kernel before exec, because the working directory, a directory of PATH or the
// program may be on a file system that does not respond. A thread waits for the exec, so that the guard keeps its
// deadlines and can kill meanwhile. The thread is the command's parent (PR_SET_PDEATHSIG, prctl(2)) and stays until the
// guard exits.
class CommandStart {
 public:
  // The streams become the command's 0, 1 and 2; the command joins the cgroup, if there is one. These descriptors must
  // stay open until the start has ended. All signals must be blocked. If the command has its own terminal, this process
  // becomes the leader of its session.
  CommandStart(StartCommand request, const std::array<int, 3>& streams, CommandCgroup cgroup);
  CommandStart(const CommandStart&) = delete;
  CommandStart& operator=(const CommandStart&) = delete;
  ~CommandStart() = default;

  // Readable once the start has ended.
  int fd() const;

  // Waits until the child exists; only the kernel can delay that. Returns -1 if the fork failed. From then on the child
  // can be signalled.
  pid_t child() const;

  // The result of the start; none while it is in progress. Returned only once.
  std::optional<Started> take_end();

 private:
  // Never freed, because the child and the thread may use it as long as this process lives.
  Preparation* preparation_;
  bool taken_ = false;
};

}  // namespace oversee::guard
