// Charts of durations in characters: a histogram and a sparkline.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "model/duration.hpp"

namespace oversee::report {

// A histogram with equal steps from the fastest to the slowest; lines no wider than `width`. Empty if `width` is too
// small or all durations are equal.
std::string duration_chart(std::span<const model::Duration> durations, std::size_t width);

// One character per duration, its height relative to the longest. Uses Unicode blocks if `blocks`, else ASCII.
std::string sparkline(std::span<const model::Duration> durations, bool blocks);

}  // namespace oversee::report
