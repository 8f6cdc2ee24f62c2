// Who is left of the tree once the leader is gone, what they hold, and whether they were kept from ending.
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
  // The leader is gone, and something else is not.
  void begin();
  bool begun() const { return since_ != std::chrono::steady_clock::time_point{}; }

  // Those that live, the zombies left out. The terminal is the command's own, -1 where it has none.
  Survivors name(const NameSurvivors& request, int terminal);

 private:
  model::Duration starved(pid_t pid, const os::ProcessState& now) const;

  std::chrono::steady_clock::time_point since_{};
  std::unordered_map<pid_t, os::ProcessState> at_the_beginning_;
  os::TimedReads<model::ProcessName> name_reads_;
};

}  // namespace oversee::guard
