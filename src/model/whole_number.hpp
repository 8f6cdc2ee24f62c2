// Parses whole numbers of several kinds: counts, percentages, nice values, sizes of core files.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/resource_limits.hpp"
#include "model/value_error.hpp"

namespace oversee::model {

// The whole text must be a number from 0 to `most`, without a sign.
std::optional<int> read_whole(std::string_view text, int most);

Parsed<int> parse_retries(std::string_view text);  // 0 to 1,000,000
Parsed<int> parse_times(std::string_view text);    // 1 to 1,000,000
Parsed<int> parse_percent(std::string_view text);  // 0 to 100

// The number of concurrent runs: 1 to 1,000,000, or "none". Refuses 0, which could mean either.
Parsed<CountLimit> parse_concurrency(std::string_view text);

// A limit on a count; "0" and "none" mean no limit.
Parsed<CountLimit> parse_count_limit(std::string_view text);

// An increment of the caller's nice value, -39 to 39 (the full range); "0" and "none" change nothing.
Parsed<std::optional<std::int32_t>> parse_nice(std::string_view text);

// The limit on core files: a size; "none" or "0" for no core file; "unlimited"; "inherit" for the caller's limit.
Parsed<std::optional<std::uint64_t>> parse_core_size(std::string_view text);

}  // namespace oversee::model
