// Tests statistics of runs: percentiles, the suggested timeout, and which runs count.
#include "model/run_statistics.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace oversee::model {
namespace {

using namespace std::chrono_literals;

std::vector<Duration> seconds_to(int last) {
  std::vector<Duration> all;
  for (int i = 1; i <= last; ++i) all.emplace_back(std::chrono::seconds(i));
  return all;
}

TEST_CASE("run statistics: percentiles by nearest rank") {
  const std::vector<Duration> hundred = seconds_to(100);
  CHECK(percentile(hundred, 0) == 1s);
  CHECK(percentile(hundred, 1) == 1s);
  CHECK(percentile(hundred, 50) == 50s);
  CHECK(percentile(hundred, 95) == 95s);
  CHECK(percentile(hundred, 99) == 99s);
  CHECK(percentile(hundred, 100) == 100s);
  const std::vector<Duration> three = seconds_to(3);
  CHECK(percentile(three, 33) == 1s);
  CHECK(percentile(three, 34) == 2s);
  CHECK(percentile(three, 50) == 2s);
  CHECK(percentile(three, 67) == 3s);
  CHECK(percentile(seconds_to(1), 99) == 1s);
}

// Checks the definition by counting.
TEST_CASE("run statistics: a percentile is the smallest value that covers its share") {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::vector<Duration> values(std::uniform_int_distribution<std::size_t>(1, 60)(random));
    for (Duration& each : values) each = Duration(std::uniform_int_distribution(0, 40)(random));
    std::ranges::sort(values);
    const auto percent = std::uniform_int_distribution<unsigned>(1, 100)(random);
    const auto share = [&](Duration bound) {
      return std::ranges::count_if(values, [&](Duration each) { return each <= bound; }) * 100;
    };
    const auto needed = static_cast<std::ptrdiff_t>(percent * values.size());
    const Duration found = percentile(values, percent);
    REQUIRE(share(found) >= needed);
    REQUIRE(share(found - Duration(1)) < needed);
  }
}

TEST_CASE("run statistics: the timeout is three times the p99 of the last hundred, with at least ten successes") {
  CHECK_FALSE(suggest_timeout({}).has_value());
  CHECK_FALSE(suggest_timeout(seconds_to(9)).has_value());
  const auto ten = suggest_timeout(seconds_to(10));
  REQUIRE(ten.has_value());
  CHECK(ten->limit == 30s);
  CHECK(ten->runs == 10);
  std::vector<Duration> slow_long_ago(50, 1h);
  slow_long_ago.insert(slow_long_ago.end(), 100, 2s);
  CHECK(suggest_timeout(slow_long_ago).value().limit == 6s);
  CHECK(suggest_timeout(slow_long_ago).value().runs == 100);
  // One outlier in a hundred does not count.
  std::vector<Duration> outlier(99, 2s);
  outlier.insert(outlier.begin() + 40, 1h);
  CHECK(suggest_timeout(outlier).value().limit == 6s);
  CHECK(suggest_timeout(std::vector<Duration>(20, 3ms)).value().limit == 1s);
}

TEST_CASE("run statistics: sorted by name, causes by frequency, durations oldest first") {
  const WallTime day{std::chrono::hours(24)};
  const std::vector<RunSample> newest_first{
      {.name = "b", .started = day + 5s, .cause = "exit 2"},
      {.name = "a", .started = day + 4s, .passed = true, .flaky = true, .took = 4s},
      {.name = "b", .started = day + 3s, .cause = "timeout"},
      {.name = "a", .started = day + 2s, .passed = true, .took = 2s},
      {.name = "b", .started = day + 1s, .cancelled = true, .cause = "signal INT"},
      {.name = "b", .started = day, .cause = "timeout"},
  };
  const std::vector<RunStatistics> all = gather_statistics(newest_first);
  REQUIRE(all.size() == 2);
  CHECK(all[0].name == "a");
  CHECK(all[0].runs == 2);
  CHECK(all[0].passed == 2);
  CHECK(all[0].flaky == 1);
  CHECK(all[0].took == std::vector<Duration>{2s, 4s});
  CHECK(all[0].causes.empty());
  CHECK(all[1].runs == 4);
  CHECK(all[1].failed == 3);
  CHECK(all[1].cancelled == 1);
  CHECK(all[1].causes == std::vector<std::pair<std::string, std::size_t>>{{"timeout", 2}, {"exit 2", 1}});
  CHECK(all[1].first == day);
  CHECK(all[1].last == day + 5s);
  CHECK(all[1].took.empty());
}

}  // namespace
}  // namespace oversee::model
