// Text inside Markdown, so that it stays what it is (CommonMark, and the tables of GitHub's dialect).
#pragma once

#include <string>
#include <string_view>

namespace oversee::report {

// One line of plain text, also for a cell of a table: what would be markup or HTML is escaped.
std::string markdown_words(std::string_view text);

// One line in the font of code, whatever backticks it has.
std::string markdown_code(std::string_view text);

// Lines in a block whose fence is longer than any run of backticks in them.
std::string markdown_block(std::string_view language, std::string_view lines);

}  // namespace oversee::report
