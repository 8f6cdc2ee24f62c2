// oversee's own words on stderr.
#pragma once

#include <string_view>

namespace oversee::cli {

// "oversee: TEXT\n". Gives up after a moment where nobody reads stderr.
void say(std::string_view text);
void warn(std::string_view text);

// Whole lines, as they are.
void print_error_lines(std::string_view lines);

// For help and version.
void print(std::string_view text);

}  // namespace oversee::cli
