// Runs work that may hang in the kernel in a side process: a dead file server or a frozen disk must delay neither our
// deadlines nor our exit.
#pragma once

#include <sys/types.h>
#include <time.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "model/duration.hpp"

namespace oversee::os {

class SideStack;

// A process that shares our memory like a thread. A thread in an uninterruptible call would keep our process from
// ending; a separate process does not. It has its own session and blocks all signals except HUP, which the kernel sends
// it when our process ends (PR_SET_PDEATHSIG, prctl(2)).
class SideProcess {
 public:
  // The side process's descriptors. `ours`: shared with us, so that files it opens are open here. `listed`: copies of
  // the listed ones only, so that it keeps no pipe, socket or lock open after our exit.
  enum class Files : std::uint8_t { ours, listed };

  SideProcess() = default;
  SideProcess(const SideProcess&) = delete;
  SideProcess& operator=(const SideProcess&) = delete;
  ~SideProcess() = default;

  // Runs the work in a side process, or in a thread if no process can be created; false if neither can. Everything that
  // the work refers to must outlive it. If the work hangs, this process must end by _exit(2).
  bool start(Files files, std::vector<int> listed, std::function<void()> work,
             std::function<void(bool finished)> on_end = {});

  // Waits for the end of the work; false if it still runs after the bound.
  bool wait(model::Duration bound);
  // After wait() has returned true: whether the work was completed; false if the process was killed before.
  bool finished() const;

  // Called by the work: whether the process that started it has ended.
  static bool orphaned();

  // Whether the caller runs in a side process, not in a thread of the process that starts them.
  static bool is_current();

  // Waits until the descriptor is readable, or for so long (null: no bound); true: readable. In a side process HUP,
  // with which the kernel reports the end of its parent, ends the wait early. All other signals are blocked, and in the
  // parent HUP as well, because the signalfd reads it.
  static bool await(int fd, const timespec* bound);

  struct State;

 private:
  std::shared_ptr<State> state_;  // shared with the thread that waits for the side process
};

// Runs work in a side process while this thread waits for it. That needs no thread and takes a third of the time. Only
// for the main thread, one at a time.
class SideCall {
 public:
  // Starts the work, with descriptors as SideProcess::Files::ours; runs it here if no process can be created. The side
  // process uses this thread's thread-local data (errno, the allocator's cache), so this thread must only wait from now
  // on.
  SideCall(const std::function<void()>& work, SideStack& stack);
  SideCall(const SideCall&) = delete;
  SideCall& operator=(const SideCall&) = delete;
  ~SideCall();

  // As in SideProcess.
  bool wait(model::Duration bound);
  bool finished() const;

 private:
  struct State;
  State* state_;  // not freed if the work hangs
  SideStack& stack_;
};

// Side processes are our children, but not part of the command's tree; walks of the tree must skip them.
bool is_side_process(pid_t pid);
bool any_side_process();

// Closes every descriptor of this process, which a hung side process may share. Call it right before _exit(2), so that
// readers of our output see end of file. A thread that aborts because of that does not change the exit status.
void close_all_descriptors();

// Whether work with this open file may hang; false if its file system has no device and no server (tmpfs, ramfs).
bool can_hang(int fd);

}  // namespace oversee::os
