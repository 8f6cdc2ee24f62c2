// Makes untrusted text (names, processes, files, arguments) safe for terminals and reports.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oversee::model {

// The first character of a text.
struct Character {
  std::size_t size;  // in bytes; 1 for a byte that is not UTF-8
  bool valid;        // valid UTF-8
  bool harmless;     // visible as itself, without effect on the text around it
};

// The text must not be empty. Harmful are: control characters (C0, DEL, C1), changes of writing direction, invisible
// characters (zero-width, fillers, tags), line and paragraph separators, and bytes that are not UTF-8.
Character first_character(std::string_view text);

bool is_harmless(std::string_view text);

// Replaces each harmful character, including newline and tab, with '?'. The result is one line that cannot move the
// cursor, forge another line, or hide text.
std::string harmless(std::string_view text);

// Like harmless(), for a command's output: keeps newline, carriage return and tab.
std::string harmless_output(std::string_view text);

}  // namespace oversee::model
