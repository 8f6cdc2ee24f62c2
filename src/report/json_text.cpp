// Writes JSON text.
#include "report/json_text.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <utility>

#include "report/byte_text.hpp"

namespace oversee::report {
namespace {

// Whether the byte stands in a string as it is, and is a character of its own.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7f; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

std::size_t plain_prefix(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && kPlain[static_cast<unsigned char>(text[size])]) ++size;
  return size;
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

JsonText& JsonText::text_or_null(std::string_view key, std::string_view value) {
  return value.empty() ? null(key) : text(key, value);
}

JsonText& JsonText::number_or_null(std::string_view key, std::optional<std::int64_t> value) {
  return value ? number(key, *value) : null(key);
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
  if (!first_) break_line();
  document_ += bracket;
  first_ = false;
  return *this;
}

void JsonText::begin_member(std::string_view key) {
  if (depth_ > 0) {
    if (!first_) document_ += ',';
    break_line();
  }
  first_ = false;
  if (key.data() != nullptr) {
    append_string(key);
    document_ += layout_ == Layout::indented ? ": " : ":";
  }
}

void JsonText::break_line() {
  if (layout_ == Layout::line) return;
  document_ += '\n';
  document_.append(static_cast<std::size_t>(depth_) * 2, ' ');
}

void JsonText::append_string(std::string_view value) {
  document_ += '"';
  while (!value.empty()) {
    const std::size_t plain = plain_prefix(value);
    document_ += value.substr(0, plain);
    value.remove_prefix(plain);
    if (value.empty()) break;
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
      fmt::format_to(std::back_inserter(document_), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      document_ += value.substr(0, length);
    }
    value.remove_prefix(length == 0 ? 1 : length);
  }
  document_ += '"';
}

}  // namespace oversee::report
