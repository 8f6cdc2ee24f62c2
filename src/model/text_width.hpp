// How many columns of a terminal a text takes. The width of a character is known to utf8proc, by Unicode's tables.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oversee::model {

// Columns of the text, which is harmless (safe_text.hpp). Where terminals disagree (emoji that a selector asks for,
// skin tones), as many as any of them takes.
std::size_t columns_of(std::string_view text);

// Cut to so many columns, never within a character nor before the marks that stand on one.
std::string_view clip(std::string_view text, std::size_t columns);

// With blanks behind it, as many as are missing.
std::string padded(std::string_view text, std::size_t columns);

}  // namespace oversee::model
