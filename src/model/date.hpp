// Dates as they stand in logs, summaries and run ids: always UTC.
#pragma once

#include <string>

#include "model/clock.hpp"

namespace oversee::model {

// RFC 3339 with milliseconds: "2026-11-23T12:16:59.123Z".
std::string format_date(WallTime time);

// "20261123-121659", the dated part of a run id.
std::string format_compact_date(WallTime time);

}  // namespace oversee::model
