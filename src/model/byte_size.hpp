// Sizes in bytes as a user writes and reads them: "4096", "64KiB", "1.5GiB".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/value_error.hpp"

namespace oversee::model {

// Reads a size; KiB, MiB, GiB, TiB count in 1024, kB (or KB), MB, GB, TB in 1000. A size that does not fit is refused.
Parsed<std::uint64_t> parse_byte_size(std::string_view text);

// A limit on a size; nullopt means that there is none.
using SizeLimit = std::optional<std::uint64_t>;

// Reads a limit: as above, "0" and "none" mean no limit.
Parsed<SizeLimit> parse_size_limit(std::string_view text);

// The shortest exact spelling, in the grammar that parse_byte_size reads.
std::string format_byte_size(std::uint64_t bytes);

// For people: three digits or so, in units of 1024: "512MiB", "1.2MiB", "17B".
std::string describe_byte_size(std::uint64_t bytes);

}  // namespace oversee::model
