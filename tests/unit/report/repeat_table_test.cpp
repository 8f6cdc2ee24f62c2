// Tests the final table of --repeat.
#include "report/repeat_table.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace oversee::report {
namespace {

using namespace std::chrono_literals;
using model::RepeatedRun;

RepeatedRun run(int number, model::Duration duration, std::string cause = "") {
  const bool passed = cause.empty();
  return {.number = number, .passed = passed, .cause = std::move(cause), .duration = duration};
}

TEST_CASE("repeated runs: the Wilson interval of a rate") {
  const auto near = [](model::Interval found, double low, double high) {
    return std::abs(found.low - low) < 0.0005 && std::abs(found.high - high) < 0.0005;
  };
  CHECK(near(model::rate_interval(0, 10), 0.0, 0.2775));
  CHECK(near(model::rate_interval(5, 10), 0.2366, 0.7634));
  CHECK(near(model::rate_interval(10, 10), 0.7225, 1.0));
  CHECK(near(model::rate_interval(3, 20), 0.0524, 0.3604));
  CHECK(near(model::rate_interval(0, 0), 0.0, 1.0));
}

TEST_CASE("repeated runs: fastest, median, slowest") {
  const std::vector odd{run(1, 5s), run(2, 1s), run(3, 2s)};
  CHECK(model::spread(odd).fastest == 1s);
  CHECK(model::spread(odd).median == 2s);
  CHECK(model::spread(odd).slowest == 5s);
  const std::vector even{run(1, 4s), run(2, 1s), run(3, 2s), run(4, 9s)};
  CHECK(model::spread(even).median == 3s);
}

TEST_CASE("repeat table: the most frequent cause first, with its runs") {
  std::vector<RepeatedRun> runs;
  for (int i = 1; i <= 20; ++i) runs.push_back(run(i, 1s));
  for (const int each : {4, 9}) runs.at(static_cast<std::size_t>(each) - 1) = run(each, 1s, "exit 1");
  runs.at(11) = run(12, 3s, "timeout");
  CHECK(repeat_table(runs, 0) ==
        "oversee: 20 runs: 17 passed, 3 failed, 15 % (95 % interval: 5 to 36 %)\n"
        "     2  exit 1  (runs 4, 9)\n"
        "     1  timeout  (run 12)\n"
        "  fastest 1.0s  median 1.0s  slowest 3.0s\n");
}

TEST_CASE("repeat table: of many runs with one cause only the first are listed") {
  std::vector<RepeatedRun> runs;
  for (int i = 1; i <= 11; ++i) runs.push_back(run(i, 1s, "exit 1"));
  CHECK(repeat_table(runs, 0).find("(runs 1, 2, 3, 4, 5, 6, 7, 8 and 3 more)") != std::string::npos);
}

TEST_CASE("repeat table: a chart if there is room and variation") {
  const std::vector same{run(1, 1s), run(2, 1s)};
  CHECK(repeat_table(same, 80).find('#') == std::string::npos);
  std::vector<RepeatedRun> runs{run(1, 1s), run(2, 1s), run(3, 2s)};
  CHECK(repeat_table(runs, 0).find('#') == std::string::npos);
  CHECK(repeat_table(runs, 20).find('#') == std::string::npos);
  const std::string table = repeat_table(runs, 50);
  CHECK(table.find("        1.0s  ##########################  2\n") != std::string::npos);
  CHECK(table.find("  #############               1\n") != std::string::npos);
  for (std::size_t at = 0; at < table.size();) {
    const std::size_t end = table.find('\n', at);
    if (at > 0) CHECK(end - at <= 50);
    at = end + 1;
  }
}

TEST_CASE("repeat table: a cause cannot move the cursor, and no runs make no table") {
  const std::vector evil{run(1, 1s, "exit\x1b[2J")};
  CHECK(repeat_table(evil, 0).find('\x1b') == std::string::npos);
  CHECK(repeat_table({}, 80) == "oversee: no run has ended\n");
}

}  // namespace
}  // namespace oversee::report
