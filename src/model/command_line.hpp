// Formats a command's arguments as one line that a person can read and a shell can run again.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace oversee::model {

// Quotes arguments for a POSIX shell where needed. Harmful characters (safe_text.hpp) become escapes in $'…' (bash,
// zsh, ksh), so the result is safe for a terminal or a log line.
std::string quote_command(std::span<const std::string> words);

// The part behind the last slash: the default name of a run.
std::string_view base_name(std::string_view path);

}  // namespace oversee::model
