// Text in a terminal's columns: cut, and broken into lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oversee::report {

// So wide that nothing is cut or wrapped.
inline constexpr std::size_t kAnyWidth = SIZE_MAX;

// Cut to so many columns (model/text_width.hpp); what was cut ends in "...", where that fits.
std::string shorten(std::string_view text, std::size_t columns);

// The text in lines of so many columns at the most, broken at blanks where that can be; the lines behind the first
// start with `indent` blanks, for which there is room on the first as well. Without a newline at the end.
std::string wrap(std::string_view text, std::size_t columns, std::size_t indent);

}  // namespace oversee::report
