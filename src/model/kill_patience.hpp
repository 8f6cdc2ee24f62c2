// How long a kill continues: as long as processes keep dying, up to a bound.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "model/clock.hpp"
#include "model/duration.hpp"

namespace oversee::model {

// Killing thousands of processes takes time if they leave the killer no processor. A process that cannot be killed
// (another user's, or stuck in the kernel) shows by a lack of progress.
class KillPatience {
 public:
  static constexpr Duration kMost = std::chrono::seconds(30);

  // Starts at the first KILL; quiet is the longest time without progress.
  void begin(Instant now, Duration quiet) {
    quiet_ = quiet;
    last_progress_ = now;
    end_ = now + std::max(kMost, quiet);
  }
  bool begun() const { return end_.has_value(); }

  // A process died, was reaped, or was found.
  void progressed(Instant now) { last_progress_ = now; }

  // The end of patience if no more progress is made.
  Instant over_at() const { return std::min(last_progress_ + quiet_, *end_); }
  // Whether the absolute bound has passed, with or without progress.
  bool spent(Instant now) const { return now >= *end_; }

  // Shifts the deadlines by the time that oversee itself was suspended.
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
