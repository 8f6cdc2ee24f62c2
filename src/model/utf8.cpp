// Validates and decodes UTF-8.
#include "model/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace oversee::model {
namespace {

unsigned char byte(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

// The length that the lead byte announces; 0 for an invalid lead byte.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
}

// Whether the bytes after the lead, as far as present, are valid continuations.
bool follow(std::string_view sequence) {
  for (std::size_t i = 1; i < sequence.size(); ++i) {
    if ((byte(sequence, i) & 0xc0U) != 0x80) return false;
  }
  if (sequence.size() < 2) return true;
  const unsigned char lead = byte(sequence, 0);
  const unsigned char second = byte(sequence, 1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool surrogate = lead == 0xed && second >= 0xa0;
  const bool past_the_last = lead == 0xf4 && second >= 0x90;
  const bool wrong = overlong || surrogate || past_the_last;
  return !wrong;
}

// The number of leading ASCII bytes, checked eight at a time; may miss up to the last seven.
std::size_t ascii_prefix(std::string_view text) {
  std::size_t size = 0;
  for (std::uint64_t word = 0; size + sizeof word <= text.size(); size += sizeof word) {
    std::memcpy(&word, text.data() + size, sizeof word);
    if ((word & 0x8080808080808080U) != 0) break;
  }
  return size;
}

}  // namespace

std::size_t valid_sequence(std::string_view text) {
  const std::size_t length = sequence_length(byte(text, 0));
  if (length == 0 || text.size() < length || !follow(text.substr(0, length))) return 0;
  return length;
}

char32_t code_point(std::string_view sequence) {
  const unsigned char lead = byte(sequence, 0);
  if (sequence.size() == 1) return lead;
  char32_t code = lead & (0x7fU >> sequence.size());
  for (std::size_t i = 1; i < sequence.size(); ++i) code = code << 6U | (byte(sequence, i) & 0x3fU);
  return code;
}

bool is_utf8(std::string_view text) {
  while (true) {
    text.remove_prefix(ascii_prefix(text));
    if (text.empty()) return true;
    const std::size_t length = valid_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
}

std::size_t unfinished_tail(std::string_view text) {
  for (std::size_t size = 1; size <= std::min<std::size_t>(3, text.size()); ++size) {
    const std::string_view tail = text.substr(text.size() - size);
    const std::size_t length = sequence_length(byte(tail, 0));
    if (length > size && follow(tail)) return size;
    if (length != 0) return 0;
  }
  return 0;
}

}  // namespace oversee::model
