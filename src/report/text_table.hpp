// A table for people: titled columns, as wide as their contents.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oversee::report {

struct TableColumn {
  std::string_view title;
  bool right = false;     // align right
  std::size_t least = 0;  // the column may shrink to this width; 0: never
  int drop = 0;           // if shrinking does not suffice, the column with the highest number goes first; 0: never
};

// Lines with newlines; each row must have a text for each column. Harmful characters become '?'. Earlier columns shrink
// before later ones. No line is wider than `width`.
std::string text_table(std::span<const TableColumn> columns, std::vector<std::vector<std::string>> rows,
                       std::size_t width);

}  // namespace oversee::report
