// A table for people: columns below their titles, as wide as what stands in them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oversee::report {

struct TableColumn {
  std::string_view title;
  bool right = false;     // its texts stand at its right end
  std::size_t least = 0;  // where the table is too wide it gives way, down to so many columns; 0: it never does
  int drop = 0;           // where that is not enough it is left out, the highest number first; 0: it never is
};

// Lines, each with its newline; each row has a text for each column. What is harmful comes out as '?'. Where more
// than one column gives way, the first does so before the next. No line is wider than `width`.
std::string text_table(std::span<const TableColumn> columns, std::vector<std::vector<std::string>> rows,
                       std::size_t width);

}  // namespace oversee::report
