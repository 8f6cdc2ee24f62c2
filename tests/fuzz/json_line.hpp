// Parses a JSON line that a target wrote: the invariants of each line, and its decoded bytes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "history/json_reader.hpp"
#include "model/utf8.hpp"
#include "must.hpp"
#include "report/base64.hpp"

namespace oversee::fuzz {

inline history::JsonValue read_line(std::string_view line) {
  must(line.ends_with('\n') && std::ranges::count(line, '\n') == 1, "it is a line");
  line.remove_suffix(1);
  must(std::ranges::none_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }),
       "no control character is in a line");
  must(model::is_utf8(line), "a line is UTF-8");
  auto json = history::read_json(line);
  must(json && json->object() != nullptr, "a line is a JSON object");
  return std::move(*json);
}

// -1 for a character that is not a base64 digit.
inline constexpr std::array kDigits = [] {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}();

inline std::string decode_base64(std::string_view text) {
  must(text.size() % 4 == 0, "base64 has four digits for three bytes");
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text.substr(0, text.find('='))) {
    const int digit = kDigits[static_cast<unsigned char>(c)];
    must(digit >= 0, "base64 has its digits");
    bits = bits << 6U | static_cast<unsigned>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xffU);
  }
  return bytes;
}

// Decodes the format of report::write_bytes.
inline std::string told_bytes(const history::JsonValue& json) {
  const auto* text = json.text("text");
  const auto* base64 = json.text("base64");
  must((text == nullptr) != (base64 == nullptr), "bytes are text or base64");
  return text != nullptr ? *text : decode_base64(*base64);
}

}  // namespace oversee::fuzz
