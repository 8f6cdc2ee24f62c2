// Tests the text and charts of statistics.
#include "report/statistics_text.hpp"

#include <doctest/doctest.h>

#include "report/columns.hpp"

namespace oversee::report {
namespace {

using namespace std::chrono_literals;

const model::WallTime kNow{std::chrono::hours(24 * 20'000)};

std::vector<model::RunStatistics> two_names() {
  std::vector<model::Duration> took(30, 1s);
  took.back() = 2s;
  return {{.name = "integration-tests-of-all",
           .runs = 40,
           .passed = 30,
           .failed = 9,
           .cancelled = 1,
           .flaky = 3,
           .causes = {{"exit 2", 6}, {"timeout", 3}},
           .took = took,
           .first = kNow - 49h,
           .last = kNow - 5min},
          {.name = "lint", .runs = 1, .passed = 1, .took = {10ms}, .first = kNow, .last = kNow}};
}

TEST_CASE("statistics: a table of names with their failures") {
  CHECK(statistics_table(two_names(), {.width = kAnyWidth, .blocks = true}) ==
        "NAME                      RUNS  PASSED  FLAKY   P50   P95   MAX  TIMEOUT  DURATIONS\n"
        "integration-tests-of-all    40    77 %    8 %  1.0s  1.0s  2.0s     6.0s  ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅█\n"
        "  9 failed: 6 exit 2, 3 timeout; 1 cancelled\n"
        "lint                         1   100 %    0 %  10ms  10ms  10ms        -  █\n");
}

TEST_CASE("statistics: charts are dropped first, then names shortened") {
  CHECK(statistics_table(two_names(), {.width = 84, .blocks = false}) ==
        "NAME                      RUNS  PASSED  FLAKY   P50   P95   MAX  TIMEOUT  DURATIONS\n"
        "integration-tests-of-all    40    77 %    8 %  1.0s  1.0s  2.0s     6.0s  =========#\n"
        "  9 failed: 6 exit 2, 3 timeout; 1 cancelled\n"
        "lint                         1   100 %    0 %  10ms  10ms  10ms        -  #\n");
  CHECK(statistics_table(two_names(), {.width = 65, .blocks = false}) ==
        "NAME               RUNS  PASSED  FLAKY   P50   P95   MAX  TIMEOUT\n"
        "integration-te...    40    77 %    8 %  1.0s  1.0s  2.0s     6.0s\n"
        "  9 failed: 6 exit 2, 3 timeout; 1 cancelled\n"
        "lint                  1   100 %    0 %  10ms  10ms  10ms        -\n");
}

TEST_CASE("statistics: the page about one name") {
  const std::string page = statistics_page(two_names().front(), kNow, {.width = kAnyWidth, .blocks = false});
  CHECK(
      page.starts_with("name       integration-tests-of-all\n"
                       "runs       40 from 2d ago to 5m ago\n"
                       "passed     30, 77 %\n"
                       "failed     9, 23 % (95 % interval: 13 to 38 %)\n"
                       "              6  exit 2\n"
                       "              3  timeout\n"
                       "cancelled  1, not counted as failures\n"
                       "flaky      3, 8 % (passed after an attempt that had not)\n"
                       "durations  p50 1.0s  p95 1.0s  p99 2.0s  fastest 1.0s  slowest 2.0s\n"
                       "           ===================#  the last 20 that passed\n"
                       "timeout    6.0s, from 30 runs that passed; -t auto takes it\n"
                       "\n"
                       "        1.0s  ######"));
  const std::string none = statistics_page(two_names().back(), kNow, {.width = kAnyWidth, .blocks = false});
  CHECK(none.find("timeout    none suggested yet: 1 of its runs has passed, and it takes 10\n") != std::string::npos);
}

}  // namespace
}  // namespace oversee::report
