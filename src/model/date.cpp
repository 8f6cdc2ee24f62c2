// Formats and parses dates.
#include "model/date.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace oversee::model {
namespace {

struct Parts {
  int year;
  unsigned month, day;
  int hour, minute, second, millisecond;
};

Parts split(WallTime time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<milliseconds>(time - day));
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count()),
          static_cast<int>(clock.subseconds().count())};
}

// Consumes its input from the front; number() reads exactly the given count of digits.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  std::optional<int> number(std::size_t digits) {
    int value = 0;
    const char* const last = rest_.data() + digits;
    if (rest_.size() < digits || rest_.front() == '-') return {};
    const auto [end, error] = std::from_chars(rest_.data(), last, value);
    if (error != std::errc{} || end != last) return {};
    rest_.remove_prefix(digits);
    return value;
  }

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // The digits of a second's fraction, truncated to nanoseconds.
  std::optional<Duration> fraction() {
    std::int64_t value = 0;
    std::int64_t unit = 1'000'000'000;
    std::size_t digits = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1), ++digits) {
      unit /= 10;
      value += (rest_.front() - '0') * unit;
    }
    if (digits == 0) return {};
    return Duration(value);
  }

  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<WallTime> day(std::optional<int> year, std::optional<int> month, std::optional<int> day) {
  using namespace std::chrono;
  // The clock's range ends in 2262. Any two accepted dates differ by less than the 292 years of a Duration.
  if (!year || !month || !day || *year < 1970 || *year > 2261) return {};
  const year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return {};
  return sys_days(date);
}

// A second of 60 is a leap second; the clock counts it as the next minute's first second.
std::optional<Duration> time_of_day(std::optional<int> hour, std::optional<int> minute, std::optional<int> second) {
  using namespace std::chrono;
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return {};
  return hours(*hour) + minutes(*minute) + seconds(*second);
}

// "Z" or "+01:00"; an empty zone means UTC.
std::optional<Duration> zone(DateReader& read) {
  if (read.at_end() || read.take('Z') || read.take('z')) return Duration(0);
  const bool west = read.take('-');
  if (!west && !read.take('+')) return {};
  const auto hour = read.number(2);
  if (!read.take(':')) return {};
  const auto offset = time_of_day(hour, read.number(2), 0);
  if (!offset) return {};
  return west ? -*offset : *offset;
}

}  // namespace

std::string format_date(WallTime time) {
  const Parts p = split(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", p.year, p.month, p.day, p.hour, p.minute, p.second,
                     p.millisecond);
}

std::string format_compact_date(WallTime time) {
  const Parts p = split(time);
  return fmt::format("{:04}{:02}{:02}-{:02}{:02}{:02}", p.year, p.month, p.day, p.hour, p.minute, p.second);
}

std::optional<WallTime> read_date(std::string_view text) {
  DateReader read(text);
  const auto year = read.number(4);
  if (!read.take('-')) return {};
  const auto month = read.number(2);
  if (!read.take('-')) return {};
  const auto date = day(year, month, read.number(2));
  if (!date || read.at_end()) return date;
  if (!read.take('T') && !read.take('t') && !read.take(' ')) return {};
  const auto hour = read.number(2);
  if (!read.take(':')) return {};
  const auto minute = read.number(2);
  const auto time = time_of_day(hour, minute, read.take(':') ? read.number(2) : 0);
  const auto fraction = read.take('.') ? read.fraction() : Duration(0);
  const auto offset = zone(read);
  if (!time || !fraction || !offset || !read.at_end()) return {};
  return *date + *time + *fraction - *offset;
}

std::optional<WallTime> read_compact_date(std::string_view text) {
  DateReader read(text);
  const auto year = read.number(4);
  const auto month = read.number(2);
  const auto date = day(year, month, read.number(2));
  if (!read.take('-')) return {};
  const auto hour = read.number(2);
  const auto minute = read.number(2);
  const auto time = time_of_day(hour, minute, read.number(2));
  if (!date || !time || !read.at_end()) return {};
  return *date + *time;
}

Parsed<std::optional<WallTime>> parse_since(std::string_view text, WallTime now) {
  if (const auto date = read_date(text)) return date;
  const auto limit = parse_time_limit(text);
  if (!limit) {
    return std::unexpected(ValueError{std::string(text),
                                      "a duration such as 2h or 1d, or a date such as 2026-11-23 or "
                                      "2026-11-23T12:16:59Z"});
  }
  // A limit longer than the clock's range sets no bound.
  if (!*limit || now.time_since_epoch() < WallTime::duration::min() + **limit) return std::optional<WallTime>();
  return now - **limit;
}

std::string describe_age(Duration age) {
  using namespace std::chrono;
  struct Unit {
    Duration length;
    char letter;
  };
  constexpr std::array kUnits{Unit{hours(24), 'd'}, Unit{hours(1), 'h'}, Unit{minutes(1), 'm'}, Unit{seconds(1), 's'}};
  for (const Unit& unit : kUnits) {
    if (age >= unit.length) return fmt::format("{}{} ago", age / unit.length, unit.letter);
  }
  return "now";
}

}  // namespace oversee::model
