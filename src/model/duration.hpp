// Parses and formats durations: "90", "1.5s", "2m30s"; reads no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/value_error.hpp"

namespace oversee::model {

using Duration = std::chrono::nanoseconds;

// A limit on time; nullopt means no limit.
using TimeLimit = std::optional<Duration>;

// A bare number is seconds; "0" and "none" mean no limit; a positive value below 1 ms becomes 1 ms; a value past the
// clock's range means no limit.
Parsed<TimeLimit> parse_time_limit(std::string_view text);

// The shortest exact spelling down to the nanosecond that parse_time_limit reads: "2m30s", "1.5s".
std::string format_duration(Duration value);

// Like format_duration; "none" for no limit.
std::string format_time_limit(const TimeLimit& limit);

// Rounded to the nearest millisecond, the unit of durations in JSON.
std::int64_t whole_milliseconds(Duration value);

// For people: at most two units, rounded: "31.2s", "2m 5s", "1h 4m".
std::string describe_duration(Duration value);

}  // namespace oversee::model
