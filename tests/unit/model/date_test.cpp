// Tests dates in UTC, RFC 3339 and the compact form of run ids, printed and parsed; and the points in time of --since.
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

TEST_CASE("date: is printed in UTC, truncated to milliseconds") {
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

// Compares with the C library's calendar.
TEST_CASE("date: agrees with gmtime, and has a fixed width") {
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

TEST_CASE("date: a printed date reads back") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 2'000; ++i) {
    const auto time = std::uniform_int_distribution<std::int64_t>(0, 9'200'000'000'000)(random);
    const WallTime wall{std::chrono::milliseconds(time)};
    REQUIRE(read_date(format_date(wall)) == wall);
    REQUIRE(read_compact_date(format_compact_date(wall)) == std::chrono::floor<std::chrono::seconds>(wall));
  }
}

TEST_CASE("date: the difference of any two accepted dates fits a duration") {
  const auto first = read_date("1970-01-01T00:00+23:59");
  const auto last = read_date("2261-12-31T23:59:60.999-23:59");
  REQUIRE((first && last));
  CHECK(*last - *first > 291 * 365 * 24h);
  for (const char* beyond : {"1969-12-31", "1701-11-23", "2262-01-01"}) CHECK(!read_date(beyond));
  CHECK(!read_compact_date("19691231-235959"));
}

TEST_CASE("date: the forms of RFC 3339, and shorter ones") {
  const WallTime noon{1'795'435'200s};  // 2026-11-23T12:00:00Z
  for (const char* same :
       {"2026-11-23T12:00:00Z", "2026-11-23T12:00:00", "2026-11-23 12:00", "2026-11-23t12:00:00.000z",
        "2026-11-23T13:00:00+01:00", "2026-11-23T06:30-05:30", "2026-11-24T00:00:00+12:00"}) {
    CAPTURE(same);
    CHECK(read_date(same) == noon);
  }
  CHECK(read_date("2026-11-23") == noon - 12h);
  CHECK(read_date("2026-11-23T12:00:00.25Z") == noon + 250ms);
  CHECK(read_date("2026-11-23T12:00:00.0000000009Z") == noon);
  CHECK(read_date("2016-12-31T23:59:60Z") == read_date("2017-01-01"));
  for (const char* wrong :
       {"", "2026", "2026-11", "2026-13-01", "2026-02-29", "2026-11-23T", "2026-11-23T12", "2026-11-23T24:00",
        "2026-11-23T12:60", "2026-11-23T12:00:61", "2026-11-23T12:00:00.", "2026-11-23T12:00:00+1",
        "2026-11-23T12:00:00Zx", "2026-11-23x", "-026-11-23", "0001-01-01", "9999-01-01", "2026-1-23"}) {
    CAPTURE(wrong);
    CHECK_FALSE(read_date(wrong).has_value());
  }
  for (const char* wrong :
       {"", "20261123", "20261123-12165", "20261123-1216599", "20261323-121659", "2026-123-121659"}) {
    CAPTURE(wrong);
    CHECK_FALSE(read_compact_date(wrong).has_value());
  }
}

TEST_CASE("date: since a duration ago, or a date") {
  const WallTime now{1'795'436'219s};
  CHECK(parse_since("2h", now).value() == now - 2h);
  CHECK(parse_since("90", now).value() == now - 90s);
  CHECK(parse_since("2026-11-23", now).value() == read_date("2026-11-23"));
  CHECK_FALSE(parse_since("none", now).value().has_value());
  CHECK_FALSE(parse_since("100000d", now).value().has_value());
  const auto refused = parse_since("yesterday", now);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().read == "yesterday");
  CHECK(refused.error().allowed.find("2026-11-23") != std::string::npos);
}

TEST_CASE("date: ages in one unit") {
  CHECK(describe_age(-5s) == "now");
  CHECK(describe_age(999ms) == "now");
  CHECK(describe_age(1s) == "1s ago");
  CHECK(describe_age(119s) == "1m ago");
  CHECK(describe_age(3h + 59min) == "3h ago");
  CHECK(describe_age(47h) == "1d ago");
  CHECK(describe_age(24h * 400) == "400d ago");
}

}  // namespace
}  // namespace oversee::model
