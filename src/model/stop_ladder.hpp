// The order in which a run is told to end: which signal, how long to wait, what comes next. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/duration.hpp"
#include "model/signal_name.hpp"

namespace oversee::model {

// Whom a stop's signals are for: all that the command started, the process group that it was started in, or only it.
enum class StopReach : std::uint8_t { tree, group, leader };
std::string_view to_string(StopReach reach);

// In place of a signal: the rung sends nothing, and only its grace is waited for.
inline constexpr Signal kNoSignal = 0;

// A signal as parse_signal() reads it, or 0 for kNoSignal.
Parsed<Signal> parse_rung_signal(std::string_view text);

struct Rung {
  Signal signal;
  TimeLimit grace;  // how long the tree has before the next rung; none: for ever, and never beside kNoSignal

  bool operator==(const Rung&) const = default;
};

// Never empty, and KILL stands last and only there: every ladder ends.
class StopLadder {
 public:
  // SIGNAL, then KILL after the grace; only KILL where the signal is KILL.
  StopLadder(Signal first, TimeLimit grace);

  // Reads "INT:5s,TERM:10s,KILL"; a KILL at the end may be left out, each rung before it needs its grace.
  static Parsed<StopLadder> parse(std::string_view text);

  const std::vector<Rung>& rungs() const { return rungs_; }

  // The same ladder with another first signal: what a cancel by that signal climbs.
  StopLadder starting_with(Signal signal) const;

  bool operator==(const StopLadder&) const = default;

 private:
  explicit StopLadder(std::vector<Rung> rungs) : rungs_(std::move(rungs)) {}

  std::vector<Rung> rungs_;
};

// In the grammar that StopLadder::parse reads.
std::string format_stop_ladder(const StopLadder& ladder);

}  // namespace oversee::model
