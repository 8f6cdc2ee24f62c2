// Durations as a user writes and reads them: "90", "1.5s", "2m30s"; no clock is read here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/value_error.hpp"

namespace oversee::model {

using Duration = std::chrono::nanoseconds;

// A limit on time; nullopt means that there is none.
using TimeLimit = std::optional<Duration>;

// Reads a limit: a bare number is seconds, "0" and "none" mean no limit, a positive value under 1 ms is 1 ms, and
// one that the clock cannot hold is no limit.
Parsed<TimeLimit> parse_time_limit(std::string_view text);

// The shortest exact spelling down to the nanosecond, in the grammar that parse_time_limit reads: "2m30s", "1.5s".
std::string format_duration(Duration value);

// The same for a limit; "none" where there is none.
std::string format_time_limit(const TimeLimit& limit);

// Rounded: as JSON documents tell durations.
std::int64_t whole_milliseconds(Duration value);

// For people: at most two units, rounded: "31.2s", "2m 5s", "1h 4m".
std::string describe_duration(Duration value);

}  // namespace oversee::model
