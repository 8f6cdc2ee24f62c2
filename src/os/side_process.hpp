// Work that may hang in the kernel, done by a process beside this one: a file server that is gone or a disk that is
// frozen must not hold up our clocks, nor our end.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "model/duration.hpp"

namespace oversee::os {

// A process that shares this one's memory, as a thread does, and is no thread: one that hangs in an uninterruptible
// call keeps its process from ending, a process beside it does not. It runs with all signals blocked but HUP, which the
// kernel sends it when this process ends (PR_SET_PDEATHSIG, prctl(2)), in a session of its own.
class SideProcess {
 public:
  // Which descriptors it has: ours, so that what it opens is open here; or only copies of those that are listed, so
  // that it keeps no pipe, socket or lock of ours open after our end.
  enum class Files : std::uint8_t { ours, listed };

  SideProcess() = default;
  SideProcess(const SideProcess&) = delete;
  SideProcess& operator=(const SideProcess&) = delete;
  ~SideProcess() = default;

  // Runs the work in it; in a thread where there can be no process; false where there can be neither. What the work
  // refers to must outlive it: where it hangs, this process must end by _exit(2).
  bool start(Files files, std::vector<int> listed, std::function<void()> work);

  // Waits for its end; false where it still runs after the bound.
  bool wait(model::Duration bound);

  // For the work itself: whether the process that it was started by is gone.
  static bool orphaned();

  struct State;

 private:
  std::shared_ptr<State> state_;  // with the thread that waits for its end
};

// Side processes are children of ours that no walk of a command's tree may meet.
bool is_side_process(pid_t pid);
bool any_side_process();

// Closes every descriptor of this process, which a side process that hangs may share: for the moment before _exit(2),
// so that whoever reads our output sees its end.
void close_all_descriptors();

// Whether work with this open file may hang: not where its file system has no device and no server (tmpfs).
bool can_hang(int fd);

}  // namespace oversee::os
