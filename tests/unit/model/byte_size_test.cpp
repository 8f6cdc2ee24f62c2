// Tests sizes in bytes: accepted, refused and printed forms.
#include "model/byte_size.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "random_text.hpp"

namespace oversee::model {
namespace {

constexpr std::uint64_t kKibi = 1024;
constexpr std::uint64_t kMebi = kKibi * kKibi;
constexpr std::uint64_t kGibi = kMebi * kKibi;
constexpr std::uint64_t kTebi = kGibi * kKibi;
constexpr std::uint64_t kPebi = kTebi * kKibi;

// All magnitudes equally likely; many are a whole number of some unit.
std::uint64_t any_size(Random& random) {
  return random() >> below(random, 64) << (below(random, 2) * below(random, 60));
}

void check_refused(std::string_view text) {
  const auto parsed = parse_byte_size(text);
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().read == text);
  CHECK(parsed.error().allowed.find("a size such as 4096, 64KiB, 10MB or 1.5GiB") != std::string::npos);
}

TEST_CASE("byte size: reads every unit") {
  struct Case {
    std::string_view text;
    std::uint64_t bytes;
  };
  constexpr std::array kCases{
      Case{"0", 0},
      Case{"0GiB", 0},
      Case{"1", 1},
      Case{"4096", 4096},
      Case{"0004096", 4096},
      Case{"17B", 17},
      Case{"1kB", 1000},
      Case{"1KB", 1000},
      Case{"10MB", 10'000'000},
      Case{"2GB", 2'000'000'000},
      Case{"3TB", 3'000'000'000'000},
      Case{"64KiB", 64 * kKibi},
      Case{"64MiB", 64 * kMebi},
      Case{"1GiB", kGibi},
      Case{"1TiB", kTebi},
      Case{"1PiB", kPebi},
      Case{"1.5GiB", kGibi + kGibi / 2},
      Case{"1.25kB", 1250},
      Case{"0.5KiB", 512},
      Case{"0.1KiB", 102},  // a fraction of a byte is dropped
      Case{"1.9999kB", 1999},
      Case{"1.00000000000000000000000000000000000000000000000000KiB", 1024},
      Case{"0.0000000000000010PiB", 1},
      Case{"0.0000000000001PiB", 112},
      Case{"18446744073709551615", UINT64_MAX},
      Case{"18446744073709551615B", UINT64_MAX},
      Case{"000000000000000000018446744073709551615", UINT64_MAX},
      Case{"16383.9999PiB", 18446743961119560931ULL},
      Case{"18446744.073709551615TB", UINT64_MAX},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.text);
    const auto parsed = parse_byte_size(c.text);
    REQUIRE(parsed.has_value());
    CHECK(*parsed == c.bytes);
  }
}

TEST_CASE("byte size: refuses a size that does not fit") {
  for (const std::string_view text :
       {"18446744073709551616", "18446744073709551616B", "18446744073709551617", "36893488147419103232",
        "99999999999999999999999999999999999999999999999999999999999999999999", "18446744073709552kB",
        "18446744.073709551616TB", "18014398509481984KiB", "17179869184GiB", "16384PiB", "16384.5PiB", "16777216TiB",
        "18446744073709551615.5KiB", "18446744073709551615PiB", "18446744073709551615.999999999999999999999PiB",
        "340282366920938463463374607431768211456", "340282366920938463463374607431768211457KiB"}) {
    CAPTURE(text);
    check_refused(text);
  }
}

TEST_CASE("byte size: bad text is refused, naming the text and the allowed form") {
  for (const std::string_view text :
       {"",        " ",     "B",     "KiB",  ".",    ".5KiB", "1.",   "1.KiB", "1.5",    "1.5B",    "1.0",
        "-1",      "+1",    "1 KiB", " 1",   "1 ",   "1kib",  "1KIB", "1kiB",  "1mb",    "1Mb",     "1k",
        "1K",      "1M",    "1G",    "1PB",  "1EiB", "1e6",   "0x10", "1_000", "1,5GiB", "1..5KiB", "1.5.5KiB",
        "1KiBKiB", "1KiB1", "1KiB ", "none", "abc",  "1b",    "1\n",  "1µB"}) {
    CAPTURE(text);
    check_refused(text);
  }
  check_refused(std::string_view("1\0", 2));
}

TEST_CASE("byte size: prints the largest unit of 1024 that is exact") {
  struct Case {
    std::uint64_t bytes;
    std::string_view text;
  };
  constexpr std::array kCases{
      Case{0, "0"},
      Case{1, "1"},
      Case{1000, "1000"},
      Case{1023, "1023"},
      Case{1024, "1KiB"},
      Case{1536, "1536"},
      Case{kMebi, "1MiB"},
      Case{64 * kMebi, "64MiB"},
      Case{kMebi + kKibi, "1025KiB"},
      Case{3 * kGibi / 2, "1536MiB"},
      Case{kTebi, "1TiB"},
      Case{16383 * kPebi, "16383PiB"},
      Case{UINT64_MAX, "18446744073709551615"},
  };
  for (const Case& c : kCases) CHECK(format_byte_size(c.bytes) == c.text);
}

TEST_CASE("byte size: a printed size reads back") {
  Random random(20261123);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t bytes = any_size(random);
    const std::string text = format_byte_size(bytes);
    CAPTURE(text);
    const auto parsed = parse_byte_size(text);
    REQUIRE(parsed.has_value());
    REQUIRE(*parsed == bytes);
  }
}

TEST_CASE("byte size: garbage is refused, or read as a size that reads back") {
  Random random(99);
  int accepted = 0;
  int refused = 0;
  const auto look = [&](const std::string& text) {
    CAPTURE(text);
    const auto parsed = parse_byte_size(text);
    if (!parsed) {
      ++refused;
      REQUIRE(parsed.error().read == text);
      REQUIRE_FALSE(parsed.error().allowed.empty());
      return;
    }
    ++accepted;
    const auto again = parse_byte_size(format_byte_size(*parsed));
    REQUIRE(again.has_value());
    REQUIRE(*again == *parsed);
  };
  constexpr std::array<std::string_view, 8> kUnits{"", "B", "kB", "MB", "KiB", "GiB", "TiB", "PiB"};
  for (int i = 0; i < 30'000; ++i) look(any_text(random, "0123456789.", 24).append(kUnits.at(below(random, 8))));
  for (int i = 0; i < 10'000; ++i) look(any_text(random, "019.kKMGTPiB -+", 12));
  for (int i = 0; i < 10'000; ++i) look(any_text(random, {}, 24));
  CHECK(accepted > 1000);
  CHECK(refused > 1000);
}

// Digits must never be cut off or counted twice.
TEST_CASE("byte size: a fraction lies between its whole neighbours") {
  Random random(3);
  constexpr std::array<std::string_view, 5> kUnits{"KiB", "MiB", "GiB", "TiB", "PiB"};
  for (int i = 0; i < 5'000; ++i) {
    const std::string_view unit = kUnits.at(below(random, kUnits.size()));
    const std::size_t whole = below(random, 16000);
    const std::string text = std::to_string(whole) + "." + std::to_string(random()).append(unit);
    CAPTURE(text);
    const auto low = parse_byte_size(std::to_string(whole).append(unit));
    const auto high = parse_byte_size(std::to_string(whole + 1).append(unit));
    const auto parsed = parse_byte_size(text);
    REQUIRE(low.has_value());
    REQUIRE(high.has_value());
    REQUIRE(parsed.has_value());
    REQUIRE(*low <= *parsed);
    REQUIRE(*parsed < *high);
  }
}

TEST_CASE("byte size: the text for people has few digits") {
  struct Case {
    std::uint64_t bytes;
    std::string_view text;
  };
  constexpr std::array kCases{
      Case{0, "0B"},
      Case{17, "17B"},
      Case{1023, "1023B"},
      Case{1024, "1.0KiB"},
      Case{1536, "1.5KiB"},
      Case{3 * kKibi, "3.0KiB"},
      Case{10 * kKibi, "10KiB"},
      Case{1258291, "1.2MiB"},
      Case{512 * kMebi, "512MiB"},
      Case{kMebi - kKibi, "1023KiB"},
      Case{kMebi - 1, "1.0MiB"},
      Case{kGibi - 1, "1.0GiB"},
      Case{kGibi, "1.0GiB"},
      Case{2 * kPebi, "2.0PiB"},
      Case{UINT64_MAX, "16384PiB"},
  };
  for (const Case& c : kCases) CHECK(describe_byte_size(c.bytes) == c.text);
}

TEST_CASE("byte size: any size has a text for people") {
  Random random(11);
  for (int i = 0; i < 5'000; ++i) {
    const std::uint64_t bytes = random() >> below(random, 64);
    CAPTURE(bytes);
    const std::string text = describe_byte_size(bytes);
    REQUIRE(text.size() <= std::string_view("16384PiB").size());
    REQUIRE((text.find("1024") != 0 || text == "1024PiB"));
  }
}

}  // namespace
}  // namespace oversee::model
