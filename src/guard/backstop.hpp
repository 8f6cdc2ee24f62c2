// The stop that is due while the front is silent: the guard climbs the ladder in its place. Times and rungs only: it
// sends nothing and reads no clock.
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
  // A front that lives has said by then that it stops the command itself, on a loaded machine too.
  static constexpr auto kSilence = std::chrono::milliseconds(250);

  // Replaces what was to be kept before: the front has spoken.
  void keep(KeepDeadline deadline) { deadline_ = std::move(deadline); }

  // When to climb; none: no stop is due.
  std::optional<model::Instant> due() const;

  struct Step {
    std::uint32_t rung = 0;
    model::Signal signal = 0;
  };
  // The rung to climb now, if it is time; the next one is due after its grace.
  std::optional<Step> climb(model::Instant now);

  model::StopReach reach() const { return deadline_.reach; }

 private:
  KeepDeadline deadline_;
};

}  // namespace oversee::guard
