// The final report of --repeat: how many runs passed, why others failed, and how long they took.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "model/repeated_runs.hpp"

namespace oversee::report {

// Lines with newlines; the first starts with "oversee: ". A `chart_width` above 0 adds a chart of the durations, at
// most that wide.
std::string repeat_table(std::span<const model::RepeatedRun> runs, std::size_t chart_width);

}  // namespace oversee::report
