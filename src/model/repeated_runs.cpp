// Computes intervals and spreads.
#include "model/repeated_runs.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace oversee::model {

Interval rate_interval(int seen, int all) {
  if (all <= 0) return {};
  constexpr double kZ = 1.959963984540054;  // the 97.5th percentile of the normal distribution
  const double n = all;
  const double rate = seen / n;
  const double weight = 1 / (1 + kZ * kZ / n);
  const double middle = weight * (rate + kZ * kZ / (2 * n));
  const double half = weight * kZ * std::sqrt(rate * (1 - rate) / n + kZ * kZ / (4 * n * n));
  return {std::clamp(middle - half, 0.0, 1.0), std::clamp(middle + half, 0.0, 1.0)};
}

Spread spread(std::span<const RepeatedRun> runs) {
  std::vector<Duration> durations;
  durations.reserve(runs.size());
  for (const RepeatedRun& each : runs) durations.push_back(each.duration);
  std::ranges::sort(durations);
  const std::size_t middle = durations.size() / 2;
  const Duration median =
      durations.size() % 2 == 1 ? durations[middle] : (durations[middle - 1] + durations[middle]) / 2;
  return {durations.front(), median, durations.back()};
}

}  // namespace oversee::model
