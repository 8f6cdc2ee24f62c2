// Cuts excerpts from a text.
#include "settings/source_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/safe_text.hpp"
#include "model/text_width.hpp"

namespace oversee::settings {
namespace {

constexpr std::size_t kShown = 70;   // the most characters of a line that are shown
constexpr std::size_t kBefore = 40;  // of these, before the column, if the line is longer

// The characters of the line in displayable form.
std::vector<std::string> characters(std::string_view line) {
  std::vector<std::string> all;
  while (!line.empty()) {
    const std::string_view character = line.substr(0, model::first_character(line).size);
    all.push_back(character == "\t" ? " " : model::harmless(character));
    line.remove_prefix(character.size());
  }
  return all;
}

}  // namespace

SourceText::SourceText(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {
  for (std::size_t start = 0; start < text_.size();) {
    starts_.push_back(start);
    const std::size_t end = text_.find('\n', start);
    start = end == std::string::npos ? text_.size() : end + 1;
  }
}

std::string SourceText::place(std::size_t line, std::size_t column) const {
  return fmt::format("{}:{}:{}", path_, line, column);
}

std::string SourceText::excerpt(std::size_t line, std::size_t column) const {
  if (line == 0 || line > starts_.size() || column == 0) return {};
  std::string_view text = std::string_view(text_).substr(starts_[line - 1]);
  text = text.substr(0, text.find('\n'));
  // Far beyond the shown part: bounds the work for a file that is one huge line.
  constexpr std::size_t kFar = 64UL << 10U;
  if (column > kFar) return {};
  if (text.ends_with('\r')) text.remove_suffix(1);
  const std::vector<std::string> all = characters(text.substr(0, 4 * (column + kShown)));
  const std::size_t place = std::min(column - 1, all.size());
  const std::size_t first = all.size() <= kShown || place <= kBefore ? 0 : place - kBefore;
  const std::size_t end = std::min(all.size(), first + kShown);
  std::string shown;
  std::size_t indent = 0;  // of the caret
  for (std::size_t i = first; i < end; ++i) {
    if (i == place) indent = model::columns_of(shown);
    shown += all[i];
  }
  if (place >= end) indent = model::columns_of(shown);
  return fmt::format("    {}\n    {}^\n", shown, std::string(indent, ' '));
}

}  // namespace oversee::settings
