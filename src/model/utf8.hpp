// UTF-8 by RFC 3629: where a text is whole, and what its characters are.
#pragma once

#include <cstddef>
#include <string_view>

namespace oversee::model {

// The length of the sequence at the front of the text, which is not empty; 0 where there is no valid one: neither
// overlong forms nor surrogates are.
std::size_t valid_sequence(std::string_view text);

// The code point of a valid sequence.
char32_t code_point(std::string_view sequence);

bool is_utf8(std::string_view text);

// How many bytes at the end are the start of a sequence that the next bytes could make whole: 0 to 3.
std::size_t unfinished_tail(std::string_view text);

}  // namespace oversee::model
