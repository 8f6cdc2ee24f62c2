// Colours of oversee's own lines: the word in front says at a glance how things stand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oversee::report {

enum class Tint : std::uint8_t { good, warning, bad };

// The line with "oversee:" in front of it in the colour (ECMA-48, SGR); a line that begins with anything else as it is.
std::string tinted(std::string_view line, Tint tint);

}  // namespace oversee::report
