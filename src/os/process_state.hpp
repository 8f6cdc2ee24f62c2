// What the kernel says of one process: whether it has ended, and how long it waited for a processor.
#pragma once

#include <sys/types.h>

#include <optional>

#include "model/duration.hpp"
#include "model/signal_name.hpp"

namespace oversee::os {

struct ProcessState {
  bool zombie = false;    // it has ended, to its last thread, and waits to be reaped
  bool ending = false;    // in exit(2), or in death by a signal
  bool dying = false;     // it has been killed, or is in its end, and waits for nothing but a processor
  bool runnable = false;  // on a processor, or waiting for one
  // Of its first thread, since its start; none where the kernel does not count (CONFIG_SCHED_INFO).
  model::Duration ran{};
  model::Duration waited{};  // for a processor; without the wait that is going on
};

// None where there is no such process any more. Of a process that /proc does not show (os/proc.hpp) it is only known
// whether it has ended.
std::optional<ProcessState> look_at_process(pid_t pid);

// Whether the process has a handler for the signal; false where /proc does not tell.
bool catches(pid_t pid, model::Signal signal);

}  // namespace oversee::os
