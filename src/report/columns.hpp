// Cuts and wraps text to a terminal's columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oversee::report {

// Disables cutting and wrapping.
inline constexpr std::size_t kAnyWidth = SIZE_MAX;

// Cuts to this many columns (model/text_width.hpp) and marks the cut with "..." if that fits.
std::string shorten(std::string_view text, std::size_t columns);

// Wraps to lines of at most this many columns, at blanks where possible. All lines except the first get `indent`
// blanks; the first leaves as much room for its label. No newline at the end.
std::string wrap(std::string_view text, std::size_t columns, std::size_t indent);

}  // namespace oversee::report
