// Prints the table and the chart.
#include "report/repeat_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "model/safe_text.hpp"
#include "report/duration_chart.hpp"

namespace oversee::report {
namespace {

// Runs listed by number for each cause.
constexpr std::size_t kNamedRuns = 8;

std::string percent(double rate) { return fmt::format("{:.0f}", rate * 100); }

// "runs 3, 7, 9 and 2 more"
std::string numbers(const std::vector<int>& runs) {
  std::string text = runs.size() == 1 ? "run" : "runs";
  for (std::size_t i = 0; i < runs.size() && i < kNamedRuns; ++i)
    text += fmt::format("{} {}", i == 0 ? "" : ",", runs[i]);
  if (runs.size() > kNamedRuns) text += fmt::format(" and {} more", runs.size() - kNamedRuns);
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
    text += fmt::format("  {:>4}  {}  ({})\n", which.size(), model::harmless(cause), numbers(which));
  }
  const model::Spread spread = model::spread(runs);
  text += fmt::format("  fastest {}  median {}  slowest {}\n", model::describe_duration(spread.fastest),
                      model::describe_duration(spread.median), model::describe_duration(spread.slowest));
  if (chart_width == 0) return text;
  std::vector<model::Duration> durations;
  for (const model::RepeatedRun& each : runs) durations.push_back(each.duration);
  return text + duration_chart(durations, chart_width);
}

}  // namespace oversee::report
