// Tests durations: accepted and refused forms, and that no step overflows or changes a value.
#include "model/duration.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace oversee::model {
namespace {

using namespace std::chrono_literals;

// The clock's range is 292 years; a limit may be half of it, so that every deadline fits.
constexpr Duration kLongest = Duration::max() / 2;

using Random = std::mt19937_64;

std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

// All magnitudes equally likely, from a millisecond to the longest limit.
Duration any_duration(Random& random) {
  const std::int64_t top = std::int64_t{1} << between(random, 20, 62);
  return std::clamp<Duration>(Duration(between(random, 0, top - 1)), 1ms, kLongest);
}

std::string any_text(Random& random, std::string_view alphabet, std::int64_t longest) {
  std::string text(static_cast<std::size_t>(between(random, 0, longest)), ' ');
  for (char& c : text) {
    c = alphabet.empty() ? static_cast<char>(between(random, 0, 255))
                         : alphabet[static_cast<std::size_t>(between(random, 0, std::ssize(alphabet) - 1))];
  }
  return text;
}

void check_refused(std::string_view text) {
  const auto parsed = parse_time_limit(text);
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().read == text);
  CHECK(parsed.error().allowed.find("a duration such as 90, 1.5s, 500ms, 2m30s, 1h or none") != std::string::npos);
}

TEST_CASE("duration: reads every unit, sums and fractions") {
  struct Case {
    std::string_view text;
    Duration value;
  };
  constexpr std::array kCases{
      Case{"90", 90s},
      Case{"1", 1s},
      Case{"007", 7s},
      Case{"1.5", 1500ms},
      Case{".5", 500ms},
      Case{"0.001", 1ms},
      Case{"1.5s", 1500ms},
      Case{".25s", 250ms},
      Case{"500ms", 500ms},
      Case{"1500ms", 1500ms},
      Case{"1.5ms", 1500us},
      Case{"2500us", 2500us},
      Case{"1000001ns", 1'000'001ns},
      Case{"10m", 10min},
      Case{"0.5m", 30s},
      Case{"2m30s", 150s},
      Case{"2m90s", 210s},
      Case{"0m5s", 5s},
      Case{"1h", 1h},
      Case{"1.5h", 90min},
      Case{"1h30m", 90min},
      Case{"1h0.5s", 1h + 500ms},
      Case{"1d", 24h},
      Case{"0.1d", 8640s},
      Case{"1d2h3m4s5ms6us7ns", 26h + 3min + 4s + 5ms + 6us + 7ns},
      Case{"1.000000001s", 1s + 1ns},
      Case{"1.0000000019s", 1s + 1ns},
      Case{"1.000000000009h", 1h + 32ns},
      Case{"0.00000000000000000000000000000000000000000000001h", 1ms},
      Case{"1.00000000000000000000000000000000000000000000000h", 1h},
      Case{"000000000000000000000000000000000000000000000001s", 1s},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.text);
    const auto parsed = parse_time_limit(c.text);
    REQUIRE(parsed.has_value());
    REQUIRE(parsed->has_value());
    CHECK(parsed->value().count() == c.value.count());
  }
}

TEST_CASE("duration: zero and none mean no limit") {
  for (const std::string_view text :
       {"none", "0", "0s", "00", "0.0", ".0", "0ms", "0m0s", "0d", "0.000000000000000ns"}) {
    CAPTURE(text);
    const auto parsed = parse_time_limit(text);
    REQUIRE(parsed.has_value());
    CHECK_FALSE(parsed->has_value());
  }
}

TEST_CASE("duration: a tiny value is a millisecond, and never means none") {
  for (const std::string_view text : {"1ns", "1us", "999us", "999999ns", "0.5ms", "0.0001", "0.0000000000000000001s",
                                      "0.1ns", "0m0.0001s", "0.000000000000000000000000000001d"}) {
    CAPTURE(text);
    const auto parsed = parse_time_limit(text);
    REQUIRE(parsed.has_value());
    REQUIRE(parsed->has_value());
    CHECK(parsed->value() == 1ms);
  }
}

TEST_CASE("duration: past the clock's range there is no limit") {
  for (const std::string_view text :
       {"9223372036854775807ns", "9223372036854775808ns", "9223372037s", "18446744073709551616ns", "18446744073710s",
        "99999999999999999999999999999999", "106751d23h47m16.854775807s", "106751d23h47m16.854775808s", "106752d",
        "213503d", "99999999999d23h", "9223372036854775807d", "99999999999999999999d1ns", "1d99999999999999999999h",
        "9223372036854775807.999999999999s"}) {
    CAPTURE(text);
    const auto parsed = parse_time_limit(text);
    REQUIRE(parsed.has_value());
    CHECK_FALSE(parsed->has_value());
  }
  // A number that is too large does not excuse a wrong form.
  check_refused("99999999999999999999x");
  check_refused("99999999999999999999d1d");
}

TEST_CASE("duration: a deadline of the longest limit is still an instant") {
  const auto longest = parse_time_limit(format_duration(kLongest));
  REQUIRE(longest.has_value());
  REQUIRE(longest->has_value());
  CHECK(longest->value() == kLongest);
  // A machine that has been up for a hundred years still has room.
  CHECK(Duration::max() - longest->value() > 24h * 36500);

  const auto longer = parse_time_limit(format_duration(kLongest + 1ns));
  REQUIRE(longer.has_value());
  CHECK_FALSE(longer->has_value());
}

TEST_CASE("duration: bad text is refused, naming the text and the allowed form") {
  for (const std::string_view text :
       {"",     " ",     "abc",      "-1",    "-1s",   "+1",   "+1s",  "1 s",   " 1",      "1 ",     "1s ",
        "s",    "ms",    ".",        ".s",    "1.",    "1.s",  "1..5", "1.5.5", "1.5.5ms", "1.5.5s", "1,5s",
        "1e3",  "1E3s",  "0x10",     "1S",    "1H",    "1x",   "1sec", "1min",  "1w",      "1y",     "1s1s",
        "1s1m", "30s2m", "5ms1s",    "2m30",  "1h30",  "1sms", "NONE", "None",  "none ",   "none1",  "1none",
        "nan",  "inf",   "infinity", "0none", "1m-5s", "1s\n", "١",    "1µs"}) {
    CAPTURE(text);
    check_refused(text);
  }
  check_refused(std::string_view("1s\0", 3));
  check_refused(std::string_view("\0", 1));
}

TEST_CASE("duration: prints one spelling for each value") {
  struct Case {
    Duration value;
    std::string_view text;
  };
  constexpr std::array kCases{
      Case{0s, "0"},
      Case{-5s, "0"},
      Case{Duration::min(), "0"},
      Case{1ms, "1ms"},
      Case{500ms, "500ms"},
      Case{1s, "1s"},
      Case{1500ms, "1.5s"},
      Case{59s + 999ms, "59.999s"},
      Case{60s, "1m"},
      Case{150s, "2m30s"},
      Case{1h, "1h"},
      Case{1h + 1s, "1h1s"},
      Case{1h + 500ms, "1h0.5s"},
      Case{24h, "1d"},
      Case{49h + 2min + 3s + 4ms, "2d1h2m3.004s"},
      Case{Duration::max(), "106751d23h47m16.854775807s"},
  };
  for (const Case& c : kCases) CHECK(format_duration(c.value) == c.text);
  CHECK(format_time_limit({}) == "none");
  CHECK(format_time_limit(TimeLimit(10min)) == "10m");
}

TEST_CASE("duration: a printed value reads back") {
  Random random(20261123);
  for (int i = 0; i < 20'000; ++i) {
    const Duration value = any_duration(random);
    const std::string text = format_time_limit(value);
    CAPTURE(text);
    const auto parsed = parse_time_limit(text);
    REQUIRE(parsed.has_value());
    REQUIRE(parsed->has_value());
    REQUIRE(parsed->value() == value);
  }
  for (const Duration value : {Duration(1ms), Duration(1ms + 1ns), Duration(1s - 1ns), Duration(24h - 1ns), kLongest}) {
    CHECK(parse_time_limit(format_duration(value)).value() == TimeLimit(value));
  }
  CHECK(parse_time_limit(format_time_limit({})).value() == TimeLimit{});
}

// Computes the sum again in wider numbers.
TEST_CASE("duration: sums neither overflow nor lose precision") {
  struct Unit {
    std::string_view name;
    double nanoseconds;
    std::int64_t exact;
  };
  constexpr std::array kUnits{
      Unit{"d", 864e11, 86'400'000'000'000},
      Unit{"h", 36e11, 3'600'000'000'000},
      Unit{"m", 6e10, 60'000'000'000},
      Unit{"s", 1e9, 1'000'000'000},
      Unit{"ms", 1e6, 1'000'000},
      Unit{"us", 1e3, 1'000},
      Unit{"ns", 1, 1},
  };
  constexpr auto kLongestCount = static_cast<std::uint64_t>(kLongest.count());
  Random random(7);
  int limits = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    double about = 0;         // used far past the range, where `exact` may have overflowed
    std::uint64_t exact = 0;  // exact wherever `about` is below twice the longest limit
    for (const Unit& unit : kUnits) {
      if (between(random, 0, 2) != 0) continue;
      const std::int64_t top = std::int64_t{1} << between(random, 1, 62);
      const std::int64_t count = between(random, 0, top);
      text += std::to_string(count).append(unit.name);
      about += static_cast<double>(count) * unit.nanoseconds;
      exact += static_cast<std::uint64_t>(count) * static_cast<std::uint64_t>(unit.exact);
    }
    if (text.empty()) continue;
    CAPTURE(text);
    const auto parsed = parse_time_limit(text);
    REQUIRE(parsed.has_value());
    if (about > 2.0 * static_cast<double>(kLongestCount) || exact > kLongestCount || exact == 0) {
      REQUIRE_FALSE(parsed->has_value());
    } else {
      REQUIRE(parsed->has_value());
      REQUIRE(parsed->value() == std::max<Duration>(1ms, Duration(static_cast<std::int64_t>(exact))));
      ++limits;
    }
  }
  CHECK(limits > 1000);  // otherwise the texts were too uniform
}

TEST_CASE("duration: garbage is refused, or read as a value that reads back") {
  Random random(99);
  int accepted = 0;
  int refused = 0;
  const auto look = [&](const std::string& text) {
    CAPTURE(text);
    const auto parsed = parse_time_limit(text);
    if (!parsed) {
      ++refused;
      REQUIRE(parsed.error().read == text);
      REQUIRE_FALSE(parsed.error().allowed.empty());
      return;
    }
    ++accepted;
    if (*parsed) {
      REQUIRE(parsed->value() >= 1ms);
      REQUIRE(parsed->value() <= kLongest);
    }
    const auto again = parse_time_limit(format_time_limit(*parsed));
    REQUIRE(again.has_value());
    REQUIRE(*again == *parsed);
  };
  for (int i = 0; i < 30'000; ++i) look(any_text(random, "0123456789.dhmsun", 12));
  for (int i = 0; i < 10'000; ++i) look(any_text(random, "0129.msh -+none", 40));
  for (int i = 0; i < 10'000; ++i) look(any_text(random, {}, 24));
  CHECK(accepted > 1000);
  CHECK(refused > 1000);
}

TEST_CASE("duration: the text for people is rounded once and has at most two units") {
  struct Case {
    Duration value;
    std::string_view text;
  };
  constexpr std::array kCases{
      Case{0s, "0ms"},
      Case{499us, "0ms"},
      Case{500us, "1ms"},
      Case{12ms, "12ms"},
      Case{949ms, "949ms"},
      Case{951ms, "951ms"},
      Case{999ms, "999ms"},
      Case{999'600us, "1.0s"},
      Case{1s, "1.0s"},
      Case{1049ms, "1.0s"},
      Case{31s + 240ms, "31.2s"},
      Case{59s + 940ms, "59.9s"},
      Case{59s + 960ms, "1m 0s"},
      Case{60s, "1m 0s"},
      Case{125s, "2m 5s"},
      Case{119s + 600ms, "2m 0s"},
      Case{59min + 59s, "59m 59s"},
      Case{59min + 59s + 600ms, "1h 0m"},
      Case{1h + 4min + 10s, "1h 4m"},
      Case{23h + 59min + 29s, "23h 59m"},
      Case{23h + 59min + 31s, "1d 0h"},
      Case{24h, "1d 0h"},
      Case{49h + 40min, "2d 2h"},
      Case{Duration::max(), "106752d 0h"},  // rounding must not overflow
      Case{Duration::max() - 1h, "106751d 23h"},
  };
  for (const Case& c : kCases) CHECK(describe_duration(c.value) == c.text);
}

TEST_CASE("duration: any value has a text for people") {
  Random random(5);
  for (int i = 0; i < 5'000; ++i) {
    const Duration value = any_duration(random);
    CAPTURE(value.count());
    const std::string text = describe_duration(value);
    REQUIRE(text.size() <= std::string_view("106751d 23h").size());
    REQUIRE_FALSE(text.starts_with("60."));
    REQUIRE_FALSE(text.starts_with("60m "));
    REQUIRE(text.find("1000ms") == std::string::npos);
    REQUIRE(text.find(" 60") == std::string::npos);
    REQUIRE(text.find(" 24h") == std::string::npos);
  }
}

}  // namespace
}  // namespace oversee::model
