// Kills the tree round by round: when the next one is due, while whoever calls it reaps in between.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <vector>

#include "os/process_tree.hpp"

namespace oversee::guard {

class KillRounds {
 public:
  using Clock = std::chrono::steady_clock;

  bool begun() const { return kill_.has_value(); }

  // The group, if any, is stopped at one stroke first.
  void begin(std::optional<pid_t> group);
  void leader_reaped();

  // One round, where one is due; whether one was.
  bool go_on();

  // Children that the last round could not signal.
  const std::vector<pid_t>& refused_children() const { return kill_->refused_children(); }

  Clock::time_point next_round() const { return next_round_; }

 private:
  std::optional<os::TreeKill> kill_;
  Clock::duration pause_{};
  Clock::time_point next_round_;
};

}  // namespace oversee::guard
