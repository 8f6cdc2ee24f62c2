// Watches a process that is not our child for its end, by a pidfd: no other that gets its number later is taken for it.
#pragma once

#include <sys/types.h>

#include "model/duration.hpp"
#include "model/signal_name.hpp"
#include "os/descriptor.hpp"

namespace oversee::os {

class ProcessWatch {
 public:
  // A process that is gone already has ended.
  explicit ProcessWatch(pid_t pid);

  // Waits for its end, or until nobody can read any more what is written to the descriptor: so long at the most.
  // Returns whether the process has ended.
  bool wait(model::Duration bound, int written_to) const;

  // Sends that very process the signal, marked as a cancel; false, and errno, where that cannot be (ESRCH: it has
  // ended).
  bool cancel(model::Signal number) const;

 private:
  pid_t pid_;
  UniqueFd process_;
};

// Whether a process has the pid in this PID namespace; a zombie does.
bool process_exists(pid_t pid);

// Whether the descriptor's readers are all gone: a pipe's, a socket's, a terminal's.
bool nobody_reads(int fd);

}  // namespace oversee::os
