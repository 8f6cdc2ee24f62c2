// Lays out tables.
#include "report/text_table.hpp"

#include <algorithm>
#include <numeric>

#include "model/safe_text.hpp"
#include "model/text_width.hpp"
#include "report/columns.hpp"

namespace oversee::report {
namespace {

constexpr std::size_t kColumnGap = 2;

std::size_t all_of(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), kColumnGap * (widths.size() - 1));
}

std::vector<std::size_t> widths_of(std::span<const TableColumn> columns,
                                   const std::vector<std::vector<std::string>>& rows, std::size_t width) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::size_t widest = columns[i].title.size();
    for (const auto& row : rows) widest = std::max(widest, model::columns_of(row[i]));
    widths.push_back(widest);
  }
  const std::size_t all = all_of(widths);
  std::size_t too_much = all > width ? all - width : 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].least == 0 || widths[i] <= columns[i].least) continue;
    const std::size_t less = std::min(too_much, widths[i] - columns[i].least);
    widths[i] -= less;
    too_much -= less;
  }
  return widths;
}

std::string set(const std::vector<TableColumn>& columns, const std::vector<std::vector<std::string>>& rows,
                const std::vector<std::size_t>& widths, std::size_t width) {
  std::string table;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string text = shorten(row[i], widths[i]);
      const std::string blanks(widths[i] - model::columns_of(text), ' ');
      if (i != 0) line.append(kColumnGap, ' ');
      line += columns[i].right ? blanks + text : text + blanks;
    }
    line.resize(line.find_last_not_of(' ') + 1);
    table += shorten(line, width) + '\n';
  }
  return table;
}

}  // namespace

std::string text_table(std::span<const TableColumn> columns, std::vector<std::vector<std::string>> rows,
                       std::size_t width) {
  std::vector<std::string> titles;
  for (const TableColumn& column : columns) titles.emplace_back(column.title);
  rows.insert(rows.begin(), std::move(titles));
  for (auto& row : rows) {
    for (std::string& text : row) text = model::harmless(text);
  }
  std::vector<TableColumn> kept(columns.begin(), columns.end());
  std::vector<std::size_t> widths = widths_of(kept, rows, width);
  while (all_of(widths) > width) {
    const auto next = std::ranges::max_element(kept, {}, &TableColumn::drop);
    if (next->drop == 0) break;
    const auto at = next - kept.begin();
    kept.erase(next);
    for (auto& row : rows) row.erase(row.begin() + at);
    widths = widths_of(kept, rows, width);
  }
  return set(kept, rows, widths, width);
}

}  // namespace oversee::report
