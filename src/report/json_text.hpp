// Writes JSON: structure, escapes, indentation. What the keys mean is the caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oversee::report {

// Members come out in the order of the calls; without a key (a view of nothing, not of an empty text) they are
// elements. Text that is not UTF-8 has each wrong byte replaced by U+FFFD, as JSON can hold nothing else (RFC 8259,
// section 8.1).
class JsonText {
 public:
  enum class Layout : std::uint8_t { indented, line };

  explicit JsonText(Layout layout = Layout::indented) : layout_(layout) {}

  JsonText& begin_object(std::string_view key = {}) { return open(key, '{'); }
  JsonText& end_object() { return close('}'); }
  JsonText& begin_array(std::string_view key = {}) { return open(key, '['); }
  JsonText& end_array() { return close(']'); }

  JsonText& text(std::string_view key, std::string_view value);
  JsonText& number(std::string_view key, std::int64_t value);
  JsonText& boolean(std::string_view key, bool value);
  JsonText& null(std::string_view key);

  // Null for nothing; an empty text is nothing.
  JsonText& text_or_null(std::string_view key, std::string_view value);
  JsonText& number_or_null(std::string_view key, std::optional<std::int64_t> value);

  // The document so far, with a newline at its end.
  std::string take();

 private:
  JsonText& open(std::string_view key, char bracket);
  JsonText& close(char bracket);
  void begin_member(std::string_view key);
  void append_string(std::string_view value);
  void break_line();

  Layout layout_;
  std::string document_;
  int depth_ = 0;
  bool first_ = true;
};

// A document that somebody else may have written or damaged, for a terminal: what is harmful is escaped as JSON does
// it, and what is no UTF-8 is U+FFFD. One of ours is not changed.
std::string harmless_json(std::string_view document);

}  // namespace oversee::report
