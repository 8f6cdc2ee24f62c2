// Parses and formats durations.
#include "model/duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "model/ascii.hpp"

namespace oversee::model {
namespace {

using namespace std::chrono_literals;

struct DurationUnit {
  std::string_view name;
  Duration length;
};

// Longest first: format_duration subtracts them in this order.
constexpr std::array<DurationUnit, 7> kDurationUnits{{
    {"d", 24h},
    {"h", 1h},
    {"m", 1min},
    {"s", 1s},
    {"ms", 1ms},
    {"us", 1us},
    {"ns", 1ns},
}};

// A deadline is an instant plus a limit. Half the clock's range (292 years) keeps every such sum in range.
constexpr Duration kLongestLimit = Duration::max() / 2;

constexpr std::string_view kAllowedDuration = "a duration such as 90, 1.5s, 500ms, 2m30s, 1h or none";

const DurationUnit* unit_named(std::string_view name) {
  for (const DurationUnit& unit : kDurationUnits) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

std::string_view take_digits(std::string_view& rest) {
  std::size_t length = 0;
  while (length < rest.size() && is_digit(rest[length])) ++length;
  const std::string_view digits = rest.substr(0, length);
  rest.remove_prefix(length);
  return digits;
}

// A sum that records overflow instead of wrapping.
class SaturatingNanoseconds {
 public:
  void add(std::int64_t count, std::int64_t each) {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(count, each, &product) || __builtin_add_overflow(value_, product, &value_)) {
      overflowed_ = true;
    }
  }
  void overflow() { overflowed_ = true; }
  bool overflowed() const { return overflowed_; }
  Duration value() const { return Duration(value_); }

 private:
  std::int64_t value_ = 0;
  bool overflowed_ = false;
};

// Adds DIGITS.FRACTION units; digits below a nanosecond are dropped.
void add_term(SaturatingNanoseconds& sum, std::string_view whole, std::string_view fraction, Duration unit) {
  std::int64_t count = 0;
  for (const char c : whole) {
    if (__builtin_mul_overflow(count, 10, &count) || __builtin_add_overflow(count, c - '0', &count)) {
      sum.overflow();
      return;
    }
  }
  sum.add(count, unit.count());
  std::int64_t place = unit.count();
  std::int64_t remainder = 0;  // of place / 10, in tenths: keeps the rounding error of 1/3 of a day negligible
  for (const char c : fraction) {
    remainder = place % 10;
    place /= 10;
    sum.add(c - '0', place);
    sum.add((c - '0') * remainder / 10, 1);
    if (place == 0) break;
  }
}

// To the nearest, half up; std::chrono::round would overflow near the end of the clock's range.
std::int64_t rounded(Duration value, Duration unit) { return value / unit + (value % unit >= unit / 2 ? 1 : 0); }

bool any_nonzero(std::string_view text) { return text.find_first_of("123456789") != std::string_view::npos; }

}  // namespace

Parsed<TimeLimit> parse_time_limit(std::string_view text) {
  const auto refuse = [&] { return refuse_value(text, kAllowedDuration); };
  if (text == "none") return TimeLimit{};
  if (text.empty()) return refuse();

  SaturatingNanoseconds sum;
  std::string_view rest = text;
  Duration smaller_than = Duration::max();  // units must descend and not repeat, as in 2m30s
  while (!rest.empty()) {
    const std::string_view whole = take_digits(rest);
    std::string_view fraction;
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      fraction = take_digits(rest);
      if (fraction.empty()) return refuse();
    }
    if (whole.empty() && fraction.empty()) return refuse();

    std::size_t name_length = 0;
    while (name_length < rest.size() && !is_digit(rest[name_length]) && rest[name_length] != '.') ++name_length;
    const std::string_view name = rest.substr(0, name_length);
    rest.remove_prefix(name_length);
    const bool bare = name.empty() && smaller_than == Duration::max() && rest.empty();
    const DurationUnit* unit = unit_named(bare ? "s" : name);
    if (unit == nullptr || unit->length >= smaller_than) return refuse();
    smaller_than = unit->length;
    add_term(sum, whole, fraction, unit->length);
  }
  if (sum.overflowed() || sum.value() > kLongestLimit) return TimeLimit{};
  if (sum.value() == Duration::zero() && !any_nonzero(text)) return TimeLimit{};
  return TimeLimit{std::max<Duration>(sum.value(), 1ms)};
}

std::string format_duration(Duration value) {
  if (value <= Duration::zero()) return "0";
  std::string text;
  for (const DurationUnit& unit : kDurationUnits) {
    if (unit.length == 1s) break;
    const auto count = value / unit.length;
    if (count == 0) continue;
    text += fmt::format("{}{}", count, unit.name);
    value -= count * unit.length;
  }
  if (value == Duration::zero()) return text;
  if (text.empty() && value < 1s && value % 1ms == 0ns) return fmt::format("{}ms", value / 1ms);
  std::string seconds = fmt::format("{}.{:09}", value / 1s, (value % 1s).count());
  seconds.erase(seconds.find_last_not_of('0') + 1);
  if (seconds.ends_with('.')) seconds.pop_back();
  return text + seconds + "s";
}

std::string format_time_limit(const TimeLimit& limit) { return limit ? format_duration(*limit) : "none"; }

std::int64_t whole_milliseconds(Duration value) { return std::chrono::round<std::chrono::milliseconds>(value).count(); }

std::string describe_duration(Duration value) {
  // Rounds once, to the displayed unit, so that 59.96 s does not read "60.0s".
  const auto milliseconds = rounded(value, 1ms);
  if (milliseconds < 1000) return fmt::format("{}ms", milliseconds);
  const auto tenths = rounded(value, 100ms);
  if (tenths < 600) return fmt::format("{}.{}s", tenths / 10, tenths % 10);
  const auto seconds = rounded(value, 1s);
  if (seconds < 3600) return fmt::format("{}m {}s", seconds / 60, seconds % 60);
  const auto minutes = rounded(value, 1min);
  if (minutes < 24 * 60) return fmt::format("{}h {}m", minutes / 60, minutes % 60);
  const auto hours = rounded(value, 1h);
  return fmt::format("{}d {}h", hours / 24, hours % 24);
}

}  // namespace oversee::model
