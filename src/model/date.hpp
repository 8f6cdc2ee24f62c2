// Dates in logs, summaries and run ids, always UTC; and the points in time that users give to options.
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

// "20261123-121659", the date part of a run id.
std::string format_compact_date(WallTime time);

// Accept the years 1970 to 2261. RFC 3339 dates may have an offset, and may omit the seconds, the zone (then UTC) or
// the whole time of day.
std::optional<WallTime> read_date(std::string_view text);
std::optional<WallTime> read_compact_date(std::string_view text);

// A point in the past: a date as above, or a duration before `now`; "none" sets no bound.
Parsed<std::optional<WallTime>> parse_since(std::string_view text, WallTime now);

// A rounded-down age in one unit: "3m ago"; "now" below a second.
std::string describe_age(Duration age);

}  // namespace oversee::model
