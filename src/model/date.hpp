// Dates as they stand in logs, summaries and run ids, always UTC; and points in time as people name them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/clock.hpp"
#include "model/duration.hpp"
#include "model/value_error.hpp"

namespace oversee::model {

// RFC 3339 with milliseconds: "2026-11-23T12:16:59.123Z".
std::string format_date(WallTime time);

// "20261123-121659", the dated part of a run id.
std::string format_compact_date(WallTime time);

// Reads both of them, of the years 1970 to 2261. RFC 3339 may also have an offset, and leave out the seconds, the zone
// (then it is UTC) or the whole time of day.
std::optional<WallTime> read_date(std::string_view text);
std::optional<WallTime> read_compact_date(std::string_view text);

// A point in the past: a date as above, or a duration before `now`; "none" is none.
Parsed<std::optional<WallTime>> parse_since(std::string_view text, WallTime now);

// How long ago, in one unit: "3m ago"; "now" below a second.
std::string describe_age(Duration age);

}  // namespace oversee::model
