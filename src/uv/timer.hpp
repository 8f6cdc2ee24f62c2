// A timer for one deadline on the monotonic clock.
#pragma once

#include <functional>
#include <optional>

#include "model/clock.hpp"
#include "uv/loop.hpp"

namespace oversee::uv {

// Calls back after the deadline, never before; on an idle loop within a millisecond or two.
class Timer {
 public:
  Timer(Loop& loop, std::function<void()> on_deadline);

  // Replaces the deadline; empty disarms the timer.
  void set(std::optional<model::Instant> deadline);

 private:
  void arm() noexcept;
  void fired() noexcept;

  std::function<void()> on_deadline_;
  std::optional<model::Instant> deadline_;
  Handle<uv_timer_t, Timer> handle_;
};

}  // namespace oversee::uv
