// Parses and formats sizes in bytes: "4096", "64KiB", "1.5GiB".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/value_error.hpp"

namespace oversee::model {

// Units: KiB, MiB, GiB, TiB, PiB are powers of 1024; kB (or KB), MB, GB, TB powers of 1000. Refuses a size past 64
// bits.
Parsed<std::uint64_t> parse_byte_size(std::string_view text);

// A limit on a size; nullopt means no limit.
using SizeLimit = std::optional<std::uint64_t>;

// Like parse_byte_size, but "0" and "none" mean no limit.
Parsed<SizeLimit> parse_size_limit(std::string_view text);

// The shortest exact spelling that parse_byte_size reads.
std::string format_byte_size(std::uint64_t bytes);

// For people: about three digits, in powers of 1024: "512MiB", "1.2MiB", "17B".
std::string describe_byte_size(std::uint64_t bytes);

}  // namespace oversee::model
