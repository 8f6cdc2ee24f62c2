// Points in time as values; os/clock reads the clocks.
#pragma once

#include <chrono>

namespace oversee::model {

// Monotonic: for durations and deadlines.
using Instant = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

// The wall clock, UTC: only for dates.
using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

// One reading of both clocks. An event carries the same reading into the log, the summary and every report.
struct Reading {
  Instant instant;
  WallTime wall;
};

}  // namespace oversee::model
