// Colours oversee's own lines by their outcome.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oversee::report {

enum class Tint : std::uint8_t { good, warning, bad };

// Colours the "oversee:" at the start of the line (ECMA-48, SGR); returns other lines unchanged.
std::string tinted(std::string_view line, Tint tint);

}  // namespace oversee::report
