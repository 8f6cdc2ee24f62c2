// Tests text in columns: cut, wrapped, and in tables.
#include "report/columns.hpp"

#include <doctest/doctest.h>

#include <array>

#include "model/text_width.hpp"
#include "report/duration_chart.hpp"
#include "report/run_table.hpp"
#include "report/text_table.hpp"

namespace oversee::report {
namespace {

using namespace std::chrono_literals;

TEST_CASE("columns: cut text is marked") {
  CHECK(shorten("abcdef", 6) == "abcdef");
  CHECK(shorten("abcdef", 5) == "ab...");
  CHECK(shorten("abcdef", 3) == "abc");
  CHECK(shorten("abcdef", kAnyWidth) == "abcdef");
  CHECK(shorten("日本語", 5) == "日...");
  CHECK(shorten("日本語", 6) == "日本語");
}

TEST_CASE("columns: lines break at blanks, long words where necessary") {
  CHECK(wrap("one two three four five six", 30, 4) == "one two three four five\n    six");
  CHECK(wrap("one", 30, 4) == "one");
  CHECK(wrap("", 30, 4).empty());
  CHECK(wrap(std::string(45, 'x'), 24, 4) == std::string(20, 'x') + "\n    " + std::string(20, 'x') + "\n    xxxxx");
  CHECK(wrap("one two three four five six", kAnyWidth, 4) == "one two three four five six");
  CHECK(wrap("one two three four five six", 10, 4) == "one two three four five six");  // too narrow to wrap
}

TEST_CASE("text table: as wide as its texts, and columns shrink if necessary") {
  constexpr std::array kColumns{TableColumn{"ID"}, TableColumn{"NAME", false, 6}, TableColumn{"N", true, 0, 1}};
  const std::vector<std::vector<std::string>> rows{{"1", "a long name", "7"}, {"22", "b\n\x1b[1m", "1234"}};
  CHECK(text_table(kColumns, rows, kAnyWidth) ==
        "ID  NAME            N\n"
        "1   a long name     7\n"
        "22  b??[1m       1234\n");
  CHECK(text_table(kColumns, rows, 18) ==
        "ID  NAME         N\n"
        "1   a lon...     7\n"
        "22  b??[1m    1234\n");
  CHECK(text_table(kColumns, rows, 14) ==
        "ID  NAME\n"
        "1   a long ...\n"
        "22  b??[1m\n");
  CHECK(text_table(kColumns, rows, 5) ==
        "ID...\n"
        "1 ...\n"
        "22...\n");
}

TEST_CASE("run table: unknown values are dashes, and names shrink") {
  const std::vector<ListedRun> runs{{.id = "20261123-121659-k3fa",
                                     .name = std::string(60, 'n'),
                                     .status = "timed_out",
                                     .exit_status = 124,
                                     .duration = 600s,
                                     .age = 200s,
                                     .attempts = 2},
                                    {.id = "20261123-121658-k3fa",
                                     .name = "x",
                                     .status = "completed",
                                     .flaky = true,
                                     .exit_status = 0,
                                     .duration = 12ms,
                                     .age = 50h,
                                     .attempts = 3},
                                    {.id = "20261123-121657-k3fa", .name = "", .status = "lost", .age = 51h}};
  const std::string table = run_table(runs, 80);
  CHECK(table ==
        "ID                    NAME           STATUS     EXIT  DURATION    WHEN  ATTEMPTS\n"
        "20261123-121659-k3fa  nnnnnnnnnn...  timed out   124    10m 0s  3m ago         2\n"
        "20261123-121658-k3fa  x              flaky         0      12ms  2d ago         3\n"
        "20261123-121657-k3fa  -              lost          -         -  2d ago         -\n");
}

TEST_CASE("run table: no line is wider than the terminal, whatever the name contains") {
  for (const std::string_view name :
       {"日本語日本語日本語日本語", "e\u0301e\u0301e\u0301", "\U0001f600\U0001f600\U0001f600\U0001f600",
        "\u2764\ufe0f\u2764\ufe0f\u2764\ufe0f\u2764\ufe0f", "plain-and-rather-long"}) {
    const std::vector<ListedRun> runs{{.id = "20261123-121659-k3fa",
                                       .name = std::string(name),
                                       .status = "timed_out",
                                       .exit_status = 124,
                                       .duration = 600s,
                                       .age = 200s,
                                       .attempts = 2}};
    for (std::size_t width = 1; width <= 120; ++width) {
      const std::string table = run_table(runs, width);
      for (std::size_t at = 0; at < table.size();) {
        const std::size_t end = table.find('\n', at);
        CHECK(model::columns_of(std::string_view(table).substr(at, end - at)) <= width);
        at = end + 1;
      }
      if (width >= 60) CHECK(table.find("20261123-121659-k3fa") != std::string::npos);
    }
  }
}

TEST_CASE("sparkline: heights are relative to the longest") {
  const std::vector<model::Duration> took{0s, 1s, 4s, 8s};
  CHECK(sparkline(took, true) == "▁▂▅█");
  CHECK(sparkline(took, false) == "_.=#");
  CHECK(sparkline(std::vector<model::Duration>(3, 0s), false) == "___");
  CHECK(sparkline(std::vector<model::Duration>(2, model::Duration::max()), false) == "##");
  CHECK(sparkline({}, true).empty());
}

}  // namespace
}  // namespace oversee::report
