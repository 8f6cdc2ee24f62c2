// Starts a process of ours and tells when it is gone.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "model/failure.hpp"
#include "uv/loop.hpp"

namespace oversee::uv {

// Its descriptors 0–2 are `nothing`, which is no descriptor of our caller's: uv_spawn clears its O_NONBLOCK. Those from
// 3 up that are not CLOEXEC pass through with their numbers. libuv resets its signals. Whoever stops
// it (SIGSTOP) does so for a moment: it is continued.
class ChildProcess {
 public:
  ChildProcess(Loop& loop, std::function<void()> on_exit);

  // argv[0] is only the name that it shows.
  model::Result<int> start(const std::string& file, std::vector<std::string> argv, int nothing);

  // By KILL. It cannot be hit after its number went to another: libuv has not reaped it while running() is true.
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

// Of all that were started on the loop and that libuv has not reaped yet: it alone may do that, or their end is never
// told.
std::vector<pid_t> running_children(Loop& loop);

}  // namespace oversee::uv
