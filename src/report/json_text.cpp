// Writes JSON text.
#include "report/json_text.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <utility>

#include "model/safe_text.hpp"
#include "model/utf8.hpp"

namespace oversee::report {
namespace {

// Whether the byte needs no escape in a string and is a character by itself.
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

// As UTF-16 code units (RFC 8259, section 7).
void append_escape(std::string& text, char32_t code) {
  if (code >= 0x10000) {
    fmt::format_to(std::back_inserter(text), "\\u{:04x}", static_cast<unsigned>(0xd800 + ((code - 0x10000) >> 10U)));
    code = 0xdc00 + (code & 0x3ffU);
  }
  fmt::format_to(std::back_inserter(text), "\\u{:04x}", static_cast<unsigned>(code));
}

}  // namespace

std::string harmless_json(std::string_view document) {
  std::string text;
  while (!document.empty()) {
    const model::Character character = model::first_character(document);
    const std::string_view bytes = document.substr(0, character.size);
    if (character.harmless || bytes == "\n" || bytes == "\t") {
      text += bytes;
    } else if (character.valid) {
      append_escape(text, model::code_point(bytes));
    } else {
      text += "\xef\xbf\xbd";
    }
    document.remove_prefix(character.size);
  }
  return text;
}

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
    const model::Character character = model::first_character(value);
    if (!character.valid) {
      document_ += "\xef\xbf\xbd";
    } else if (c == '"' || c == '\\') {
      document_ += '\\';
      document_ += c;
    } else if (c == '\n') {
      document_ += "\\n";
    } else if (c == '\t') {
      document_ += "\\t";
    } else if (!character.harmless) {
      append_escape(document_, model::code_point(value.substr(0, character.size)));
    } else {
      document_ += value.substr(0, character.size);
    }
    value.remove_prefix(character.size);
  }
  document_ += '"';
}

}  // namespace oversee::report
