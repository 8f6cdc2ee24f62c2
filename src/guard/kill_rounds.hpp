// Kills the tree in rounds and tells when the next round is due. The caller must reap between rounds.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "os/process_tree.hpp"

namespace oversee::guard {

class KillRounds {
 public:
  using Clock = std::chrono::steady_clock;

  bool begun() const { return kill_.has_value(); }

  // Stops this group first, with one call. A round calls on_beat regularly.
  void begin(std::optional<pid_t> group, std::function<void()> on_beat);
  void leader_reaped();

  // Runs a round if one is due; returns whether it did.
  bool go_on();

  // Children that the last round could not signal.
  const std::vector<pid_t>& refused_children() const { return kill_->refused_children(); }

  bool has_gone_round() const { return gone_round_; }
  // The number of processes stopped so far plus the number killed.
  std::size_t done() const { return kill_ ? kill_->done() : 0; }

  // The number of processes that were sent KILL so far.
  std::size_t killed() const { return kill_ ? kill_->killed() : 0; }

  Clock::time_point next_round() const { return next_round_; }

 private:
  std::optional<os::TreeKill> kill_;
  bool gone_round_ = false;
  Clock::duration pause_{};
  Clock::time_point next_round_;
};

}  // namespace oversee::guard
