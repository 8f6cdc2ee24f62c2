// Prints the table and the chart.
#include "report/repeat_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "model/command_line.hpp"

namespace oversee::report {
namespace {

// Of the runs that ended alike.
constexpr std::size_t kNamed = 8;

constexpr std::size_t kRows = 8;
constexpr std::size_t kWidestBar = 40;

std::string percent(double rate) { return fmt::format("{:.0f}", rate * 100); }

// "runs 3, 7, 9 and 2 more"
std::string numbers(const std::vector<int>& runs) {
  std::string text = runs.size() == 1 ? "run" : "runs";
  for (std::size_t i = 0; i < runs.size() && i < kNamed; ++i) text += fmt::format("{} {}", i == 0 ? "" : ",", runs[i]);
  if (runs.size() > kNamed) text += fmt::format(" and {} more", runs.size() - kNamed);
  return text;
}

// How many runs took how long, in steps of equal length from the fastest to the slowest.
std::string chart(std::span<const model::RepeatedRun> runs, const model::Spread& spread, std::size_t width) {
  constexpr std::size_t kLabels = 24;
  if (spread.slowest == spread.fastest || width < kLabels + 8) return {};
  const auto step = (spread.slowest - spread.fastest) / kRows + model::Duration(1);
  std::array<std::size_t, kRows> rows{};
  for (const model::RepeatedRun& each : runs) {
    ++rows.at(static_cast<std::size_t>((each.duration - spread.fastest) / step));
  }
  const std::size_t most = *std::ranges::max_element(rows);
  const std::size_t widest = std::min(width - kLabels, kWidestBar);
  std::string text;
  for (std::size_t i = 0; i < kRows; ++i) {
    const auto from = spread.fastest + step * static_cast<int>(i);
    const std::size_t bar = (rows.at(i) * widest + most - 1) / most;  // what is there is seen
    text += fmt::format("  {:>10}  {:<{}}  {}\n", model::describe_duration(from), std::string(bar, '#'), widest,
                        rows.at(i) == 0 ? "" : fmt::format("{}", rows.at(i)));
  }
  return text;
}

}  // namespace

std::string repeat_table(std::span<const model::RepeatedRun> runs, std::size_t chart_width) {
  if (runs.empty()) return "oversee: no run has ended\n";
  std::map<std::string, std::vector<int>> causes;
  int failed = 0;
  for (const model::RepeatedRun& each : runs) {
    if (each.passed) continue;
    ++failed;
    causes[each.cause].push_back(each.number);
  }
  const int all = static_cast<int>(runs.size());
  const model::Interval interval = model::rate_interval(failed, all);
  std::string text = fmt::format(
      "oversee: {} {}: {} passed, {} failed, {} % (95 % interval: {} to {} %)\n", all, all == 1 ? "run" : "runs",
      all - failed, failed, percent(static_cast<double>(failed) / all), percent(interval.low), percent(interval.high));
  std::vector<std::pair<std::string, std::vector<int>>> sorted(causes.begin(), causes.end());
  std::ranges::stable_sort(sorted, [](const auto& a, const auto& b) { return a.second.size() > b.second.size(); });
  for (const auto& [cause, which] : sorted) {
    text += fmt::format("  {:>4}  {}  ({})\n", which.size(), model::without_controls(cause), numbers(which));
  }
  const model::Spread spread = model::spread(runs);
  text += fmt::format("  fastest {}  median {}  slowest {}\n", model::describe_duration(spread.fastest),
                      model::describe_duration(spread.median), model::describe_duration(spread.slowest));
  if (chart_width > 0) text += chart(runs, spread, chart_width);
  return text;
}

}  // namespace oversee::report
