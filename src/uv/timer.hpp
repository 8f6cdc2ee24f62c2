// A timer for one deadline on the monotonic clock.
#pragma once

#include <functional>
#include <optional>

#include "model/clock.hpp"
#include "uv/loop.hpp"

namespace oversee::uv {

// Calls back once the deadline has passed: never before it, and within a millisecond or two of an idle loop.
class Timer {
 public:
  Timer(Loop& loop, std::function<void()> on_deadline);

  // Replaces the deadline; none disarms.
  void set(std::optional<model::Instant> deadline);

 private:
  void arm() noexcept;
  void fired() noexcept;

  std::function<void()> on_deadline_;
  std::optional<model::Instant> deadline_;
  Handle<uv_timer_t, Timer> handle_;
};

}  // namespace oversee::uv
