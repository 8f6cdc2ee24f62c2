// A stop ladder: the signals that stop a run, in order, each with a grace period. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/duration.hpp"
#include "model/signal_name.hpp"

namespace oversee::model {

// Which processes a stop signals: the whole tree, the command's process group, or only the command.
enum class StopReach : std::uint8_t { tree, group, leader };
std::string_view to_string(StopReach reach);

// In place of a signal: the rung sends nothing and only waits for its grace period.
inline constexpr Signal kNoSignal = 0;

// A signal as parse_signal() reads it, or "0" for kNoSignal.
Parsed<Signal> parse_rung_signal(std::string_view text);

struct Rung {
  Signal signal;
  TimeLimit grace;  // until the next rung; none: for ever, not allowed with kNoSignal

  bool operator==(const Rung&) const = default;
};

// Never empty. KILL is last, and only there, so every ladder ends.
class StopLadder {
 public:
  // The signal, then KILL after the grace; only KILL if the signal is KILL.
  StopLadder(Signal first, TimeLimit grace);

  // Reads "INT:5s,TERM:10s,KILL". The final KILL may be omitted; every rung before it needs a grace.
  static Parsed<StopLadder> parse(std::string_view text);

  const std::vector<Rung>& rungs() const { return rungs_; }

  // The same ladder with another first signal, for a cancellation by that signal.
  StopLadder starting_with(Signal signal) const;

  bool operator==(const StopLadder&) const = default;

 private:
  explicit StopLadder(std::vector<Rung> rungs) : rungs_(std::move(rungs)) {}

  std::vector<Rung> rungs_;
};

// In the notation that StopLadder::parse reads.
std::string format_stop_ladder(const StopLadder& ladder);

}  // namespace oversee::model
