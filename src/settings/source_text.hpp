// A file's text by lines, for messages that show where something stands.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace oversee::settings {

class SourceText {
 public:
  SourceText(std::string path, std::string text);
  SourceText(const SourceText&) = delete;
  SourceText& operator=(const SourceText&) = delete;

  const std::string& text() const { return text_; }

  // "oversee.toml:3:5". Lines and columns count from 1, columns in characters.
  std::string place(std::size_t line, std::size_t column) const;

  // The line and below it a caret under the column, both indented and ended by a newline. A long line is shown in part.
  // It is harmless. Empty where there is no such line.
  std::string excerpt(std::size_t line, std::size_t column) const;

 private:
  std::string path_;
  std::string text_;
  std::vector<std::size_t> starts_;  // of its lines
};

// A place in a text, or none.
struct SourcePlace {
  std::shared_ptr<const SourceText> source = {};
  std::size_t line = 0;
  std::size_t column = 0;

  std::string excerpt() const { return source ? source->excerpt(line, column) : std::string(); }
};

}  // namespace oversee::settings
