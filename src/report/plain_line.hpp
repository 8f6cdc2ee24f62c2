// Makes one line of a command's output safe to quote: no escape sequences or controls, valid UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace oversee::report {

// Longer lines are cut and end in "...".
inline constexpr std::size_t kLongestPlainLine = 400;

// Takes the line without its newline and renders it as a terminal finally shows it (model/seen_text.hpp). A tab becomes
// spaces, a byte that is not UTF-8 U+FFFD, any other harmful character '?'.
std::string plain_line(std::string_view line);

}  // namespace oversee::report
