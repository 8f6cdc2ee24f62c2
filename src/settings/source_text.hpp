// A file's text by lines, for messages that show where something stands.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace oversee::settings {

class SourceText {
 public:
  // The text must outlive it.
  SourceText(std::string path, std::string_view text);

  // "oversee.toml:3:5". Lines and columns count from 1, columns in characters.
  std::string place(std::size_t line, std::size_t column) const;

  // The line and below it a caret under the column, both indented and ended by a newline. A long line is shown in part.
  // No control character is in it. Empty where there is no such line.
  std::string excerpt(std::size_t line, std::size_t column) const;

 private:
  std::string path_;
  std::vector<std::string_view> lines_;
};

}  // namespace oversee::settings
