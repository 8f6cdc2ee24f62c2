// What is asked of file systems before there is a command: done beside this process, so that one that does not answer
// is refused in time, and a signal ends the wait.
#pragma once

#include <chrono>
#include <functional>

#include "model/duration.hpp"
#include "model/failure.hpp"
#include "os/side_process.hpp"
#include "os/signals.hpp"

namespace oversee::os {

// How long a file system may take where the run has no limit of its own.
inline constexpr auto kFileBound = std::chrono::seconds(5);

// Begun when it is made. What it refers to must outlive it; where it hangs, this process must end by leave_files().
class FileWork {
 public:
  explicit FileWork(const std::function<void()>& work);

  // Waits for its end; a failure names the file that gives no answer. A signal that ends a process ends this one,
  // unless the caller ignores or blocks it.
  model::Result<void> wait(model::Duration bound, const SignalState& caller);

 private:
  SideProcess process_;
};

// The same at one stroke.
model::Result<void> do_beside(const std::function<void()>& work, model::Duration bound, const SignalState& caller);

// To be called before _exit(2): where a process hangs beside this one, nothing of ours stays open there.
void leave_files();

}  // namespace oversee::os
