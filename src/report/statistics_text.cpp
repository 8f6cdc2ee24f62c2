// Prints statistics.
#include "report/statistics_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "model/date.hpp"
#include "model/repeated_runs.hpp"
#include "model/safe_text.hpp"
#include "model/text_width.hpp"
#include "report/columns.hpp"
#include "report/duration_chart.hpp"
#include "report/text_table.hpp"

namespace oversee::report {
namespace {

using model::RunStatistics;

constexpr std::size_t kMostDrawn = 20;
constexpr std::size_t kChartWidth = 64;
constexpr std::size_t kStatisticsLabelWidth = 11;
constexpr std::string_view kNoFigure = "-";
constexpr std::string_view kPictureTitle = "DURATIONS";

std::string percent(std::size_t part, std::size_t whole) {
  if (whole == 0) return std::string(kNoFigure);
  return fmt::format("{:.0f} %", 100 * static_cast<double>(part) / static_cast<double>(whole));
}

std::vector<model::Duration> sorted(const RunStatistics& one) {
  std::vector<model::Duration> took = one.took;
  std::ranges::sort(took);
  return took;
}

std::string rank(const std::vector<model::Duration>& took, unsigned percent) {
  return took.empty() ? std::string(kNoFigure) : model::describe_duration(model::percentile(took, percent));
}

// The latest durations, one character each, as many as fit.
std::string picture(const RunStatistics& one, std::size_t room, bool blocks) {
  const std::span took(one.took);
  return sparkline(took.last(std::min({took.size(), kMostDrawn, room})), blocks);
}

// "2 failed: 1 exit 3, 1 timeout; 1 cancelled"
std::string failures(const RunStatistics& one) {
  std::string text;
  for (const auto& [cause, count] : one.causes) {
    text += fmt::format("{} {} {}", text.empty() ? fmt::format("{} failed:", one.failed) : ",", count, cause);
  }
  if (one.cancelled != 0) text += fmt::format("{}{} cancelled", text.empty() ? "" : "; ", one.cancelled);
  return text;
}

std::string suggestion(const RunStatistics& one) {
  const auto timeout = model::suggest_timeout(one.took);
  return timeout ? model::describe_duration(timeout->limit) : std::string(kNoFigure);
}

void put_row(std::string& page, std::string_view label, const std::string& text, std::size_t width) {
  page += fmt::format("{:<{}}{}\n", label, kStatisticsLabelWidth,
                      wrap(model::harmless(text), width, kStatisticsLabelWidth));
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (; !text.empty(); text.remove_prefix(lines.back().size() + 1))
    lines.emplace_back(text.substr(0, text.find('\n')));
  return lines;
}

std::string with_picture(const std::string& line, std::size_t widest, std::string_view picture) {
  return fmt::format("{}{}{}", line, std::string(widest - model::columns_of(line) + 2, ' '), picture);
}

}  // namespace

std::string statistics_table(std::span<const RunStatistics> all, const StatisticsPlace& place) {
  constexpr std::array kColumns{TableColumn{"NAME", false, 12}, TableColumn{"RUNS", true},
                                TableColumn{"PASSED", true},    TableColumn{"FLAKY", true, 0, 4},
                                TableColumn{"P50", true, 0, 1}, TableColumn{"P95", true, 0, 3},
                                TableColumn{"MAX", true, 0, 5}, TableColumn{"TIMEOUT", true, 0, 2}};
  std::vector<std::vector<std::string>> rows;
  for (const RunStatistics& one : all) {
    const std::vector<model::Duration> took = sorted(one);
    rows.push_back({one.name, fmt::format("{}", one.runs), percent(one.passed, one.passed + one.failed),
                    percent(one.flaky, one.passed + one.failed), rank(took, 50), rank(took, 95), rank(took, 100),
                    suggestion(one)});
  }
  const std::vector<std::string> lines = lines_of(text_table(kColumns, std::move(rows), place.width));
  const std::size_t widest = model::columns_of(*std::ranges::max_element(lines, {}, model::columns_of));
  const std::size_t room = place.width - std::min(place.width, widest + 2);
  std::string text = room < kPictureTitle.size() ? lines.front() : with_picture(lines.front(), widest, kPictureTitle);
  text += '\n';
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool drawn = room >= kPictureTitle.size() && !all[i].took.empty();
    text += drawn ? with_picture(lines[i + 1], widest, picture(all[i], room, place.blocks)) : lines[i + 1];
    text += '\n';
    const std::string failed = failures(all[i]);
    if (!failed.empty()) text += "  " + wrap(model::harmless(failed), place.width, 2) + '\n';
  }
  return text;
}

std::string statistics_page(const RunStatistics& one, model::WallTime now, const StatisticsPlace& place) {
  std::string page;
  const auto row = [&](std::string_view label, const std::string& text) { put_row(page, label, text, place.width); };
  const std::vector<model::Duration> took = sorted(one);
  const std::size_t counted = one.passed + one.failed;
  row("name", one.name);
  row("runs", fmt::format("{} from {} to {}", one.runs, model::describe_age(now - one.first),
                          one.runs == 1 ? "then" : model::describe_age(now - one.last)));
  row("passed", fmt::format("{}, {}", one.passed, percent(one.passed, counted)));
  if (counted != 0) {
    const auto interval = model::rate_interval(static_cast<int>(one.failed), static_cast<int>(counted));
    row("failed", fmt::format("{}, {} (95 % interval: {:.0f} to {:.0f} %)", one.failed, percent(one.failed, counted),
                              interval.low * 100, interval.high * 100));
  }
  for (const auto& [cause, count] : one.causes) row("", fmt::format("{:>4}  {}", count, cause));
  if (one.cancelled != 0) row("cancelled", fmt::format("{}, not counted as failures", one.cancelled));
  row("flaky", fmt::format("{}, {} (passed after an attempt that had not)", one.flaky, percent(one.flaky, counted)));
  if (!took.empty()) {
    row("durations", fmt::format("p50 {}  p95 {}  p99 {}  fastest {}  slowest {}", rank(took, 50), rank(took, 95),
                                 rank(took, 99), rank(took, 0), rank(took, 100)));
    row("", fmt::format("{}  the last {} that passed", picture(one, kMostDrawn, place.blocks),
                        std::min(took.size(), kMostDrawn)));
  }
  const auto timeout = model::suggest_timeout(one.took);
  row("timeout", timeout ? fmt::format("{}, from {} runs that passed; -t auto takes it",
                                       model::describe_duration(timeout->limit), timeout->runs)
                         : fmt::format("none suggested yet: {} of its runs {} passed, and it takes {}", took.size(),
                                       took.size() == 1 ? "has" : "have", model::kFewestSuccesses));
  const std::string chart = duration_chart(took, std::min(place.width, kChartWidth));
  return chart.empty() ? page : page + '\n' + chart;
}

}  // namespace oversee::report
