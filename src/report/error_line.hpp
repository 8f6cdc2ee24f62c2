// Which lines of a command's output look like the error that a person would search for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace oversee::report {

// By the words of compilers, linkers, shells, interpreters and test runners. A guess: what passes ("0 errors",
// "-Werror", "ok 3 - error: is printed") is none.
bool looks_like_error(std::string_view line);

// The first of them. A Python traceback is named by the exception at its end, where that is there.
std::optional<std::string_view> first_error(std::span<const std::string_view> lines);

}  // namespace oversee::report
