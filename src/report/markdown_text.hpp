// Escapes text for Markdown, so that it appears verbatim (CommonMark, and GitHub's tables).
#pragma once

#include <string>
#include <string_view>

namespace oversee::report {

// One line of plain text, also in a table cell: escapes markup and HTML.
std::string markdown_words(std::string_view text);

// One line as inline code, with any backticks.
std::string markdown_code(std::string_view text);

// A code block; its fence is longer than any run of backticks in the lines.
std::string markdown_block(std::string_view language, std::string_view lines);

}  // namespace oversee::report
