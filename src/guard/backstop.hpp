// The guard's copy of the next due stop: the guard climbs the ladder if the front is silent. Computes times and rungs;
// sends no signal and reads no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "guard/protocol.hpp"
#include "model/clock.hpp"

namespace oversee::guard {

class Backstop {
 public:
  // A live front stops the command itself and reports that within this time, even on a loaded machine.
  static constexpr auto kSilence = std::chrono::milliseconds(250);

  // Replaces the previous deadline: a front that sends a new one is not silent.
  void keep(KeepDeadline deadline) { deadline_ = std::move(deadline); }

  // When to climb; none if no stop is due.
  std::optional<model::Instant> due() const;

  struct Step {
    std::uint32_t rung = 0;
    model::Signal signal = 0;
  };
  // Returns the rung to climb if one is due; the next one is due after its grace period.
  std::optional<Step> climb(model::Instant now);

  model::StopReach reach() const { return deadline_.reach; }

 private:
  KeepDeadline deadline_;
};

}  // namespace oversee::guard
