// The end of a command that was repeated: how many runs passed, why others did not, and how long they took.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "model/repeated_runs.hpp"

namespace oversee::report {

// Lines of text, each with its newline; the first starts with "oversee: ". With a width, a chart of the durations, no
// wider than that; 0: none.
std::string repeat_table(std::span<const model::RepeatedRun> runs, std::size_t chart_width);

}  // namespace oversee::report
