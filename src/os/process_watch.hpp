// Watches a process that is not our child, through a pidfd, so that a reused process id is not mistaken for it.
#pragma once

#include <sys/types.h>

#include "model/duration.hpp"
#include "model/signal_name.hpp"
#include "os/descriptor.hpp"

namespace oversee::os {

class ProcessWatch {
 public:
  // A process that does not exist counts as ended.
  explicit ProcessWatch(pid_t pid);

  // Waits, at most `bound`, until the process ends or all readers of `written_to` are gone. Returns whether the process
  // has ended.
  bool wait(model::Duration bound, int written_to) const;

  // Signals this process; false with errno if that fails (ESRCH: it has ended).
  bool signal(model::Signal number) const;

 private:
  pid_t pid_;
  UniqueFd process_;
};

// Whether a process has this id in our PID namespace; zombies count.
bool process_exists(pid_t pid);

// Whether all readers of the descriptor's pipe, socket or terminal are gone.
bool nobody_reads(int fd);

}  // namespace oversee::os
