// The output of `oversee stats`: a table of names, and a page about one.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "model/run_statistics.hpp"

namespace oversee::report {

struct StatisticsPlace {
  std::size_t width = 0;  // the maximum for lines
  bool blocks = false;    // the terminal shows characters beyond ASCII
};

// A line per name, and a second one for its failures, if any. To fit, names are shortened and columns of durations
// dropped.
std::string statistics_table(std::span<const model::RunStatistics> all, const StatisticsPlace& place);

// The page about one name, with a chart.
std::string statistics_page(const model::RunStatistics& one, model::WallTime now, const StatisticsPlace& place);

}  // namespace oversee::report
