// Durations as pictures made of characters: how many took how long, and how they went one after the other.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "model/duration.hpp"

namespace oversee::report {

// How many took how long, in steps of equal length from the fastest to the slowest: lines, no wider than `width`. Empty
// where that is too narrow, or all took as long.
std::string duration_chart(std::span<const model::Duration> durations, std::size_t width);

// A character each, as high as the duration is long, beside the longest. Of blocks where `blocks` says that they can
// be shown, else of ASCII.
std::string sparkline(std::span<const model::Duration> durations, bool blocks);

}  // namespace oversee::report
