// Cuts and wraps text.
#include "report/columns.hpp"

#include "model/text_width.hpp"

namespace oversee::report {
using model::clip;

std::string shorten(std::string_view text, std::size_t columns) {
  constexpr std::string_view kMark = "...";
  if (clip(text, columns).size() == text.size()) return std::string(text);
  if (columns <= kMark.size()) return std::string(clip(text, columns));
  return std::string(clip(text, columns - kMark.size())).append(kMark);
}

std::string wrap(std::string_view text, std::size_t columns, std::size_t indent) {
  constexpr std::size_t kLeast = 20;  // in a narrower terminal, the terminal wraps
  const std::size_t room = columns == kAnyWidth || columns < indent + kLeast ? kAnyWidth : columns - indent;
  std::string lines;
  while (true) {
    std::string_view line = clip(text, room);
    if (line.size() < text.size()) {
      const std::size_t blank = text.substr(0, line.size() + 1).rfind(' ');
      if (blank != std::string_view::npos && blank != 0) line = text.substr(0, blank);
    }
    lines += line;
    text.remove_prefix(line.size());
    if (text.empty()) return lines;
    if (text.front() == ' ') text.remove_prefix(1);
    lines += '\n' + std::string(indent, ' ');
  }
}

}  // namespace oversee::report
