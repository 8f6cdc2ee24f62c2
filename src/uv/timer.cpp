// Timers over uv_timer_t, which counts whole milliseconds of a cached clock.
#include "uv/timer.hpp"

#include <algorithm>

namespace oversee::uv {

Timer::Timer(Loop& loop, std::function<void()> on_deadline) : on_deadline_(std::move(on_deadline)), handle_(this) {
  uv_timer_init(loop.raw(), handle_.get());
}

void Timer::set(std::optional<model::Instant> deadline) {
  if (deadline == deadline_) return;
  deadline_ = deadline;
  if (deadline_) {
    arm();
  } else {
    uv_timer_stop(handle_.get());
  }
}

void Timer::arm() noexcept {
  using namespace std::chrono;
  const auto left = *deadline_ - steady_clock::now();
  // At least 1 ms: a timer of 0 ms that is restarted in its own callback starves the loop.
  const auto wait = std::max<std::int64_t>(1, ceil<milliseconds>(left).count());
  uv_update_time(handle_.get()->loop);
  uv_timer_start(
      handle_.get(),
      [](uv_timer_t* handle) {
        if (auto* self = Handle<uv_timer_t, Timer>::owner(handle)) self->fired();
      },
      static_cast<std::uint64_t>(wait), 0);
}

void Timer::fired() noexcept {
  if (!deadline_) return;
  if (std::chrono::steady_clock::now() < *deadline_) {
    arm();  // the cached clock was ahead by a fraction
    return;
  }
  deadline_.reset();
  on_deadline_();
}

}  // namespace oversee::uv
