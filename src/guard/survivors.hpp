// The descendants that remain after the leader's exit: the streams they hold, and whether they lacked a processor to
// exit.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <unordered_map>

#include "guard/protocol.hpp"
#include "os/process_state.hpp"
#include "os/timed_reads.hpp"

namespace oversee::guard {

class SurvivorWatch {
 public:
  // The leader has exited; descendants remain.
  void begin();
  bool begun() const { return since_ != std::chrono::steady_clock::time_point{}; }

  // Lists the live descendants, without zombies. `terminal` is the command's own; -1: none.
  Survivors name(const NameSurvivors& request, int terminal);

 private:
  model::Duration starved(pid_t pid, const os::ProcessState& now) const;

  std::chrono::steady_clock::time_point since_{};
  std::unordered_map<pid_t, os::ProcessState> at_the_beginning_;
  os::TimedReads<model::ProcessName> name_reads_;
};

}  // namespace oversee::guard
