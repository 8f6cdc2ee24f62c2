// What oversee stats prints: a table of names, and all about one.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "model/run_statistics.hpp"

namespace oversee::report {

struct StatisticsPlace {
  std::size_t width = 0;  // of lines at the most
  bool blocks = false;    // characters beyond ASCII can be shown
};

// A line a name, and a second one where some of its runs failed. Names and durations give way to the width.
std::string statistics_table(std::span<const model::RunStatistics> all, const StatisticsPlace& place);

// Lines about one name, with a chart.
std::string statistics_page(const model::RunStatistics& one, model::WallTime now, const StatisticsPlace& place);

}  // namespace oversee::report
