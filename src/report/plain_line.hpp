// One line of a command's output as a person is to read it elsewhere: no escape sequence, no control, whole UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace oversee::report {

// Longer lines are cut, and end in "...".
inline constexpr std::size_t kLongestPlainLine = 400;

// The line without its newline, as it is seen in the end (model/seen_text.hpp); a tab is spaces; bytes that are not
// UTF-8 are U+FFFD, and what else is harmful '?'.
std::string plain_line(std::string_view line);

}  // namespace oversee::report
