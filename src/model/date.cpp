// Prints dates.
#include "model/date.hpp"

#include <fmt/format.h>

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

}  // namespace oversee::model
