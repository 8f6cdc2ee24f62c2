// Signals by name and number; sends nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/value_error.hpp"

namespace oversee::model {

// A signal's number on this platform, 1 to SIGRTMAX.
using Signal = int;

// Reads "TERM", "SIGTERM", "term", "15", "RTMIN+1", "RTMAX-2".
Parsed<Signal> parse_signal(std::string_view text);

// The name without SIG: "TERM", "RTMIN+1"; the number if the platform has no name for it.
std::string signal_name(Signal signal);

// All names that parse_signal reads, without SIG, for completions and suggestions.
std::vector<std::string_view> signal_names();

}  // namespace oversee::model
