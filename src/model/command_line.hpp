// A command's words as one line that a person can read and a shell can run again.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace oversee::model {

// The words quoted for a POSIX shell where they need it; what is harmful (safe_text.hpp) as $'\n' is (bash, zsh,
// ksh). The result is harmless, so that it can go to a terminal or a line of a log.
std::string quote_command(std::span<const std::string> words);

// The part behind the last slash: the default name of a run.
std::string_view base_name(std::string_view path);

}  // namespace oversee::model
