// Writes JSON text.
#include "report/json_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace oversee::report {
namespace {

// The length of the UTF-8 sequence at the front of the text, 0 where there is no valid one (RFC 3629: neither overlong
// forms nor surrogates).
std::size_t valid_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  const unsigned char second = byte(1);
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second >= 0xa0) || (lead == 0xf0 && second < 0x90) ||
      (lead == 0xf4 && second >= 0x90)) {
    return 0;
  }
  return length;
}

}  // namespace

JsonText& JsonText::text(std::string_view key, std::string_view value) {
  begin_member(key);
  append_string(value);
  return *this;
}

JsonText& JsonText::number(std::string_view key, std::int64_t value) {
  begin_member(key);
  document_ += fmt::format("{}", value);
  return *this;
}

JsonText& JsonText::boolean(std::string_view key, bool value) {
  begin_member(key);
  document_ += value ? "true" : "false";
  return *this;
}

JsonText& JsonText::null(std::string_view key) {
  begin_member(key);
  document_ += "null";
  return *this;
}

std::string JsonText::take() {
  document_ += '\n';
  return std::exchange(document_, {});
}

JsonText& JsonText::open(std::string_view key, char bracket) {
  begin_member(key);
  document_ += bracket;
  ++depth_;
  first_ = true;
  return *this;
}

JsonText& JsonText::close(char bracket) {
  --depth_;
  if (!first_) {
    document_ += '\n';
    document_.append(static_cast<std::size_t>(depth_) * 2, ' ');
  }
  document_ += bracket;
  first_ = false;
  return *this;
}

void JsonText::begin_member(std::string_view key) {
  if (depth_ > 0) {
    document_ += first_ ? "\n" : ",\n";
    document_.append(static_cast<std::size_t>(depth_) * 2, ' ');
  }
  first_ = false;
  if (!key.empty()) {
    append_string(key);
    document_ += ": ";
  }
}

void JsonText::append_string(std::string_view value) {
  document_ += '"';
  while (!value.empty()) {
    const char c = value.front();
    const std::size_t length = valid_sequence(value);
    if (length == 0) {
      document_ += "\xef\xbf\xbd";
    } else if (c == '"' || c == '\\') {
      document_ += '\\';
      document_ += c;
    } else if (c == '\n') {
      document_ += "\\n";
    } else if (c == '\t') {
      document_ += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      document_ += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      document_ += value.substr(0, length);
    }
    value.remove_prefix(length == 0 ? 1 : length);
  }
  document_ += '"';
}

}  // namespace oversee::report
