// A file's text split into lines, for messages that point into it.
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

  // "oversee.toml:3:5". Lines and columns count from 1; columns count characters.
  std::string place(std::size_t line, std::size_t column) const;

  // The line and a caret under the column, both indented and with a newline. Long lines are cut. The result is
  // harmless; empty if the line does not exist.
  std::string excerpt(std::size_t line, std::size_t column) const;

 private:
  std::string path_;
  std::string text_;
  std::vector<std::size_t> starts_;  // offsets of the lines
};

// A place in a text; null `source` for no place.
struct SourcePlace {
  std::shared_ptr<const SourceText> source = {};
  std::size_t line = 0;
  std::size_t column = 0;

  std::string excerpt() const { return source ? source->excerpt(line, column) : std::string(); }
};

}  // namespace oversee::settings
