// The scheduling state of one process: whether it has ended, and how long it waited for a processor.
#pragma once

#include <sys/types.h>

#include <optional>

#include "model/duration.hpp"

namespace oversee::os {

struct ProcessState {
  bool zombie = false;    // it has ended, to its last thread, and waits to be reaped
  bool ending = false;    // all threads have ended; it waits to be reaped
  bool dying = false;     // in exit(2) or dying of a signal
  bool runnable = false;  // killed or ending, and waiting only for a processor
  // Of the main thread, since its start; zero if the kernel does not count (CONFIG_SCHED_INFO).
  model::Duration ran{};
  model::Duration waited{};  // for a processor, without the current wait
};

// None if the process does not exist. Of a process that /proc does not show (os/proc.hpp) only `zombie` is known.
std::optional<ProcessState> look_at_process(pid_t pid);

}  // namespace oversee::os
