// Writes JSON: structure, escapes, indentation. The caller chooses keys and meaning.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oversee::report {

// Members appear in the order of the calls; a null key (not an empty one) makes an array element. Each byte that is not
// UTF-8 becomes U+FFFD, because JSON must be UTF-8 (RFC 8259, section 8.1).
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

  // Writes null for an empty value.
  JsonText& text_or_null(std::string_view key, std::string_view value);
  JsonText& number_or_null(std::string_view key, std::optional<std::int64_t> value);

  // Returns the document so far, with a final newline.
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

// Makes a possibly foreign or damaged document safe for a terminal: escapes harmful characters as JSON does; bytes that
// are not UTF-8 become U+FFFD. Does not change a document of JsonText.
std::string harmless_json(std::string_view document);

}  // namespace oversee::report
