// Points in time as values; who reads the clock is os/clock.
#pragma once

#include <chrono>

namespace oversee::model {

// Monotonic: for durations and deadlines.
using Instant = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

// The wall clock, UTC: for dates only.
using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

// One look at both clocks. What happened carries one reading into the log, the summary and every event.
struct Reading {
  Instant instant;
  WallTime wall;
};

}  // namespace oversee::model
