// UTF-8 by RFC 3629: validation and code points.
#pragma once

#include <cstddef>
#include <string_view>

namespace oversee::model {

// The length of the first sequence; 0 if it is invalid, overlong forms and surrogates included. The text must not be
// empty.
std::size_t valid_sequence(std::string_view text);

// The code point of a valid sequence.
char32_t code_point(std::string_view sequence);

bool is_utf8(std::string_view text);

// The number of bytes at the end that begin an incomplete sequence: 0 to 3.
std::size_t unfinished_tail(std::string_view text);

}  // namespace oversee::model
