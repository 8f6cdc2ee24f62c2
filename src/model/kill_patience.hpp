// How long a kill goes on: while processes die, and no longer than a bound.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "model/clock.hpp"
#include "model/duration.hpp"

namespace oversee::model {

// A kill of thousands of processes takes its time where they leave the killer no processor. A process that nothing ends
// (another user's, or stuck in the kernel) shows in that nothing changes any more.
class KillPatience {
 public:
  static constexpr Duration kMost = std::chrono::seconds(30);

  // Since the first KILL; quiet: how long nothing may change.
  void begin(Instant now, Duration quiet) {
    quiet_ = quiet;
    last_progress_ = now;
    end_ = now + std::max(kMost, quiet);
  }
  bool begun() const { return end_.has_value(); }

  // A process died, was reaped, or was found.
  void progressed(Instant now) { last_progress_ = now; }

  // When it is over, unless something changes before.
  Instant over_at() const { return std::min(last_progress_ + quiet_, *end_); }
  // Whether the bound is over, whatever still changes.
  bool spent(Instant now) const { return now >= *end_; }

  // Time that oversee was stopped for does not count.
  void postpone(Duration time) {
    if (!end_) return;
    last_progress_ += time;
    *end_ += time;
  }

 private:
  Duration quiet_{};
  Instant last_progress_{};
  std::optional<Instant> end_;
};

}  // namespace oversee::model
