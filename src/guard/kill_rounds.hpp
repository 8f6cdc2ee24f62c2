// Kills the tree round by round: when the next one is due, while whoever calls it reaps in between.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

#include "os/process_tree.hpp"

namespace oversee::guard {

class KillRounds {
 public:
  using Clock = std::chrono::steady_clock;

  bool begun() const { return kill_.has_value(); }

  // The group, if any, is stopped at one stroke first.
  void begin(std::optional<pid_t> group);
  void leader_reaped();

  // One round, where one is due.
  void go_on();
  Clock::time_point next_round() const { return next_round_; }

 private:
  std::optional<os::TreeKill> kill_;
  Clock::duration pause_{};
  Clock::time_point next_round_;
};

}  // namespace oversee::guard
