// Sets tables.
#include "report/text_table.hpp"

#include <algorithm>
#include <numeric>

#include "model/command_line.hpp"
#include "report/columns.hpp"

namespace oversee::report {
namespace {

constexpr std::size_t kGap = 2;

std::vector<std::size_t> widths_of(std::span<const TableColumn> columns,
                                   const std::vector<std::vector<std::string>>& rows, std::size_t width) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::size_t widest = columns[i].title.size();
    for (const auto& row : rows) widest = std::max(widest, columns_of(row[i]));
    widths.push_back(widest);
  }
  const std::size_t all = std::accumulate(widths.begin(), widths.end(), kGap * (columns.size() - 1));
  std::size_t too_much = all > width ? all - width : 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].least == 0 || widths[i] <= columns[i].least) continue;
    const std::size_t less = std::min(too_much, widths[i] - columns[i].least);
    widths[i] -= less;
    too_much -= less;
  }
  return widths;
}

}  // namespace

std::string text_table(std::span<const TableColumn> columns, std::vector<std::vector<std::string>> rows,
                       std::size_t width) {
  std::vector<std::string> titles;
  for (const TableColumn& column : columns) titles.emplace_back(column.title);
  rows.insert(rows.begin(), std::move(titles));
  for (auto& row : rows) {
    for (std::string& text : row) text = model::without_controls(std::move(text));
  }
  const std::vector<std::size_t> widths = widths_of(columns, rows, width);
  std::string table;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string text = shorten(row[i], widths[i]);
      const std::string blanks(widths[i] - columns_of(text), ' ');
      if (i != 0) line.append(kGap, ' ');
      line += columns[i].right ? blanks + text : text + blanks;
    }
    line.resize(line.find_last_not_of(' ') + 1);
    table += line + '\n';
  }
  return table;
}

}  // namespace oversee::report
