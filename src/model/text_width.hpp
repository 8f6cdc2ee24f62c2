// The width of text in terminal columns, by utf8proc's Unicode tables.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oversee::model {

// The text must be harmless (safe_text.hpp). Where terminals disagree (emoji selectors, skin tones), returns the
// largest width.
std::size_t columns_of(std::string_view text);

// Cuts to at most this many columns, never within a character or before its combining marks.
std::string_view clip(std::string_view text, std::size_t columns);

// Appends blanks up to this many columns.
std::string padded(std::string_view text, std::size_t columns);

}  // namespace oversee::model
