// Bytes as JSON can hold them: where UTF-8 is whole, and base64 for what is not UTF-8 (RFC 3629, RFC 4648).
#pragma once

#include <string>
#include <string_view>

namespace oversee::report {

// The length of the sequence at the front of the text, which is not empty; 0 where there is no valid one: neither
// overlong forms nor surrogates are.
std::size_t valid_sequence(std::string_view text);

bool is_utf8(std::string_view text);

// How many bytes at the end are the start of a sequence that the next bytes could make whole: 0 to 3.
std::size_t unfinished_tail(std::string_view text);

std::string base64(std::string_view bytes);

}  // namespace oversee::report
