// Includes CLI11 without its cost at startup. Include CLI11 only through this header.
#pragma once

// CLI11 includes <iostream> only for unused default arguments. Its static initialization sets up eight streams before
// main: 45 us of 600 us, twice per run. This defines libstdc++'s include guard instead.
#include <istream>
#include <ostream>
#define _GLIBCXX_IOSTREAM 1  // NOLINT(clang-diagnostic-reserved-macro-identifier)
namespace std {
extern ostream cout;
extern ostream cerr;
}  // namespace std

#include <CLI/CLI.hpp>
