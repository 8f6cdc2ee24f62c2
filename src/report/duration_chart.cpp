// Draws charts of durations.
#include "report/duration_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace oversee::report {
namespace {

constexpr std::size_t kRows = 8;
constexpr std::size_t kWidestBar = 40;

constexpr std::array<std::string_view, 8> kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, 8> kLetters{"_", ".", ":", "-", "=", "+", "*", "#"};

}  // namespace

std::string duration_chart(std::span<const model::Duration> durations, std::size_t width) {
  constexpr std::size_t kLabels = 24;
  if (durations.empty() || width < kLabels + 8) return {};
  const auto [fastest, slowest] = std::ranges::minmax(durations);
  if (slowest == fastest) return {};
  const auto step = (slowest - fastest) / kRows + model::Duration(1);
  std::array<std::size_t, kRows> rows{};
  for (const model::Duration each : durations) ++rows.at(static_cast<std::size_t>((each - fastest) / step));
  const std::size_t most = *std::ranges::max_element(rows);
  const std::size_t widest = std::min(width - kLabels, kWidestBar);
  std::string text;
  for (std::size_t i = 0; i < kRows; ++i) {
    const auto from = fastest + step * static_cast<int>(i);
    const std::size_t bar = (rows.at(i) * widest + most - 1) / most;  // rounded up: never 0 for a counted duration
    text += fmt::format("  {:>10}  {:<{}}  {}\n", model::describe_duration(from), std::string(bar, '#'), widest,
                        rows.at(i) == 0 ? "" : fmt::format("{}", rows.at(i)));
  }
  return text;
}

std::string sparkline(std::span<const model::Duration> durations, bool blocks) {
  if (durations.empty()) return {};
  const auto& steps = blocks ? kBlocks : kLetters;
  const model::Duration longest = std::max(std::ranges::max(durations), model::Duration(1));
  std::string line;
  for (const model::Duration each : durations) {
    // Floating point, because a duration may be as long as the clock's range.
    const double share = static_cast<double>(each.count()) / static_cast<double>(longest.count());
    const auto step = static_cast<std::size_t>(std::max(share, 0.0) * static_cast<double>(steps.size()));
    line += steps.at(std::min(step, steps.size() - 1));
  }
  return line;
}

}  // namespace oversee::report
