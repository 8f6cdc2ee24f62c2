// Escapes for Markdown.
#include "report/markdown_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/safe_text.hpp"

namespace oversee::report {
namespace {

std::size_t longest_run_of_backticks(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string markdown_words(std::string_view text) {
  std::string result;
  for (const char c : model::harmless(text)) {
    if (c == '<') {
      result += "&lt;";
    } else if (c == '&') {
      result += "&amp;";
    } else {
      if (std::string_view("\\`*_{}[]()#+!|>~@").contains(c)) result += '\\';
      result += c;
    }
  }
  return result;
}

std::string markdown_code(std::string_view text) {
  const std::string fence(longest_run_of_backticks(text) + 1, '`');
  const std::string_view space = text.starts_with('`') || text.ends_with('`') ? " " : "";
  return fmt::format("{0}{1}{2}{1}{0}", fence, space, model::harmless(text));
}

std::string markdown_block(std::string_view language, std::string_view lines) {
  const std::string fence(std::max<std::size_t>(3, longest_run_of_backticks(lines) + 1), '`');
  const std::string_view end = lines.empty() || lines.ends_with('\n') ? "" : "\n";
  return fmt::format("{}{}\n{}{}{}\n", fence, language, lines, end, fence);
}

}  // namespace oversee::report
