// Whole numbers as a user writes them: how many of something, how nice, how large a core file.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/resource_limits.hpp"
#include "model/value_error.hpp"

namespace oversee::model {

// All of the text as a number from 0 to `most`; without a sign.
std::optional<int> read_whole(std::string_view text, int most);

Parsed<int> parse_retries(std::string_view text);  // 0 to 10,000
Parsed<int> parse_times(std::string_view text);    // 1 to 1,000,000
Parsed<int> parse_percent(std::string_view text);  // 0 to 100

// How many at once: 1 to 1,000,000, or "none". 0 is refused, as it could mean either.
Parsed<CountLimit> parse_concurrency(std::string_view text);

// A limit on a number; "0" and "none" mean no limit.
Parsed<CountLimit> parse_count_limit(std::string_view text);

// What is added to the caller's nice value: -39 to 39, as that is as far as one can go; "0" and "none" change nothing.
Parsed<std::optional<std::int32_t>> parse_nice(std::string_view text);

// How large a core file may be: a size, "none" or "0" for no core file, "unlimited"; "inherit" as the caller has it.
Parsed<std::optional<std::uint64_t>> parse_core_size(std::string_view text);

}  // namespace oversee::model
