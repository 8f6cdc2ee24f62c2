// Computes statistics of runs.
#include "model/run_statistics.hpp"

#include <algorithm>
#include <map>
#include <ranges>

namespace oversee::model {
namespace {

constexpr int kRoom = 3;  // factor over the 99th percentile
constexpr Duration kShortestTimeout = std::chrono::seconds(1);

void add(RunStatistics& all, std::map<std::string, std::size_t>& causes, const RunSample& sample) {
  if (all.runs == 0) all.first = sample.started;
  all.last = sample.started;
  ++all.runs;
  if (sample.passed) {
    ++all.passed;
    if (sample.flaky) ++all.flaky;
    if (sample.took) all.took.push_back(*sample.took);
  } else if (sample.cancelled) {
    ++all.cancelled;
  } else {
    ++all.failed;
    ++causes[sample.cause];
  }
}

}  // namespace

std::vector<RunStatistics> gather_statistics(std::span<const RunSample> newest_first) {
  struct Gathered {
    RunStatistics statistics;
    std::map<std::string, std::size_t> causes;
  };
  std::map<std::string, Gathered> by_name;
  for (const RunSample& sample : newest_first | std::views::reverse) {
    Gathered& gathered = by_name[sample.name];
    add(gathered.statistics, gathered.causes, sample);
  }
  std::vector<RunStatistics> all;
  for (auto& [name, gathered] : by_name) {
    gathered.statistics.name = name;
    gathered.statistics.causes.assign(gathered.causes.begin(), gathered.causes.end());
    std::ranges::stable_sort(gathered.statistics.causes, std::ranges::greater(),
                             [](const auto& cause) { return cause.second; });
    all.push_back(std::move(gathered.statistics));
  }
  return all;
}

Duration percentile(std::span<const Duration> sorted, unsigned percent) {
  const std::size_t rank = (sorted.size() * percent + 99) / 100;
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

std::optional<SuggestedTimeout> suggest_timeout(std::span<const Duration> oldest_first) {
  const std::span last = oldest_first.last(std::min(oldest_first.size(), kMostSuccesses));
  if (last.size() < kFewestSuccesses) return {};
  std::vector<Duration> sorted(last.begin(), last.end());
  std::ranges::sort(sorted);
  return SuggestedTimeout{std::max(percentile(sorted, 99) * kRoom, kShortestTimeout), last.size()};
}

}  // namespace oversee::model
