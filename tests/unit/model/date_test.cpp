// Dates in UTC, as RFC 3339 and as the dated part of a run id.
#include "model/date.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <random>
#include <string>
#include <string_view>

namespace oversee::model {
namespace {

using namespace std::chrono_literals;

TEST_CASE("date: is printed in UTC, cut to milliseconds") {
  struct Case {
    std::chrono::nanoseconds since_1970;
    std::string_view date;
    std::string_view compact;
  };
  constexpr std::array kCases{
      Case{0ns, "1970-01-01T00:00:00.000Z", "19700101-000000"},
      Case{1ns, "1970-01-01T00:00:00.000Z", "19700101-000000"},
      Case{1'795'436'219s + 123ms, "2026-11-23T12:16:59.123Z", "20261123-121659"},
      Case{1'795'436'219s + 123'999'999ns, "2026-11-23T12:16:59.123Z", "20261123-121659"},
      Case{999'999'999ns, "1970-01-01T00:00:00.999Z", "19700101-000000"},
      Case{951'782'400s, "2000-02-29T00:00:00.000Z", "20000229-000000"},
      Case{1'709'251'199s, "2024-02-29T23:59:59.000Z", "20240229-235959"},
      Case{1'798'761'599s + 999ms, "2026-12-31T23:59:59.999Z", "20261231-235959"},
      Case{1'798'761'600s, "2027-01-01T00:00:00.000Z", "20270101-000000"},
      Case{2'147'483'648s, "2038-01-19T03:14:08.000Z", "20380119-031408"},
      Case{4'107'542'400s, "2100-03-01T00:00:00.000Z", "21000301-000000"},
      Case{-1ns, "1969-12-31T23:59:59.999Z", "19691231-235959"},
      Case{-1s, "1969-12-31T23:59:59.000Z", "19691231-235959"},
      Case{std::chrono::nanoseconds::max(), "2262-04-11T23:47:16.854Z", "22620411-234716"},
  };
  for (const Case& c : kCases) {
    CHECK(format_date(WallTime(c.since_1970)) == c.date);
    CHECK(format_compact_date(WallTime(c.since_1970)) == c.compact);
  }
}

// The C library's calendar as the second opinion.
TEST_CASE("date: agrees with gmtime, and is as wide at any time") {
  std::mt19937_64 random(20261123);
  for (int i = 0; i < 5'000; ++i) {
    const auto time = std::uniform_int_distribution<std::int64_t>(-9'000'000'000'000, 9'200'000'000'000)(random);
    const auto seconds = static_cast<std::time_t>(time / 1000 - (time % 1000 < 0 ? 1 : 0));
    const auto milliseconds = static_cast<int>(time - seconds * 1000);
    std::tm parts{};
    REQUIRE(::gmtime_r(&seconds, &parts) != nullptr);
    std::array<char, 64> text{};
    REQUIRE(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts) != 0);
    const std::string expected = std::string(text.data()) + '.' + std::to_string(1000 + milliseconds).substr(1) + 'Z';
    REQUIRE(std::strftime(text.data(), text.size(), "%Y%m%d-%H%M%S", &parts) != 0);
    const WallTime wall{std::chrono::milliseconds(time)};
    REQUIRE(format_date(wall) == expected);
    REQUIRE(format_compact_date(wall) == text.data());
  }
}

}  // namespace
}  // namespace oversee::model
