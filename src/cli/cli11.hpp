// CLI11, without what it would cost every start; nobody includes it otherwise.
#pragma once

// CLI11 includes <iostream> for default arguments that nobody here uses, and with it comes the setting up of eight
// streams before main: 45 us of a start of 600, twice a run. The guard macro is libstdc++'s.
#include <istream>
#include <ostream>
#define _GLIBCXX_IOSTREAM 1  // NOLINT(clang-diagnostic-reserved-macro-identifier)
namespace std {
extern ostream cout;
extern ostream cerr;
}  // namespace std

#include <CLI/CLI.hpp>
