// Starts a process of oversee and reports its end.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "model/failure.hpp"
#include "uv/loop.hpp"

namespace oversee::uv {

// Descriptors 0 to 2 of the process are `nothing`; it must not be a descriptor of the caller, because uv_spawn clears
// its O_NONBLOCK. Descriptors from 3 up without CLOEXEC are inherited. libuv resets the signals. If the process is
// stopped (SIGSTOP), it is continued at once.
class ChildProcess {
 public:
  ChildProcess(Loop& loop, std::function<void()> on_exit);

  // argv[0] is only the displayed name.
  model::Result<int> start(const std::string& file, std::vector<std::string> argv, int nothing);

  // Sends KILL. Safe from pid reuse: while running() is true, libuv has not reaped the process.
  void kill();

  bool running() const { return running_; }

 private:
  void continue_if_stopped();

  Loop& loop_;
  std::function<void()> on_exit_;
  Handle<uv_process_t, ChildProcess> handle_;
  Handle<uv_signal_t, ChildProcess> changes_;
  bool running_ = false;
};

// The pids of all processes that were started on the loop and not yet reaped. Only libuv may reap them, else their exit
// callbacks never come.
std::vector<pid_t> running_children(Loop& loop);

}  // namespace oversee::uv
