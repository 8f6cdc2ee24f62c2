// Text from elsewhere (a name, a process, a file, an argument) that goes to a terminal or into a report.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oversee::model {

// The first character of a text.
struct Character {
  std::size_t size;  // bytes; of what is no UTF-8, one
  bool valid;        // it is UTF-8
  bool harmless;     // it is shown as what it is, and changes nothing around it
};

// Of a text that is not empty. Harmful are control characters (C0, DEL, C1), what changes the direction of writing,
// what is not seen (zero-width, fillers, tags), separators of lines and paragraphs, and bytes that are not UTF-8.
Character first_character(std::string_view text);

bool is_harmless(std::string_view text);

// The text with a '?' in place of each harmful character, newline and tab among them: one line that neither moves a
// cursor, nor forges another line, nor hides what it says.
std::string harmless(std::string_view text);

// The same for the output of a command: newline, carriage return and tab stay.
std::string harmless_output(std::string_view text);

}  // namespace oversee::model
