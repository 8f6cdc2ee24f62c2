// Recognizes the line of a command's output that looks like its error.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace oversee::report {

// Matches the wording of compilers, linkers, shells, interpreters and test runners. A heuristic: skips passing lines
// such as "0 errors", "-Werror" and "ok 3 - error: is printed".
bool looks_like_error(std::string_view line);

// The first error line. For a Python traceback, the exception line at its end, if present.
std::optional<std::string_view> first_error(std::span<const std::string_view> lines);

}  // namespace oversee::report
