// Parses, formats and tests sets of exit codes.
#include "model/exit_codes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/whole_number.hpp"

namespace oversee::model {
namespace {

constexpr int kLargestCode = 255;  // exit(3) keeps the low eight bits

}  // namespace

Parsed<ExitCodes> ExitCodes::parse(std::string_view text) {
  ExitCodes codes;
  std::string_view rest = text;
  while (true) {
    const std::size_t comma = rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    const std::size_t dash = item.find('-');
    const auto first = read_whole(item.substr(0, dash), kLargestCode);
    const auto last = dash == std::string_view::npos ? first : read_whole(item.substr(dash + 1), kLargestCode);
    if (!first || !last || *last < *first) {
      return std::unexpected(ValueError{std::string(text), "exit codes from 0 to 255, such as 0,75-78"});
    }
    codes.add(*first, *last);
    if (comma == std::string_view::npos) return codes;
    rest.remove_prefix(comma + 1);
  }
}

bool ExitCodes::contains(int code) const {
  return std::ranges::any_of(ranges_, [&](const Range& range) { return range.first <= code && code <= range.last; });
}

std::string ExitCodes::text() const {
  std::string text;
  for (const Range& each : ranges_) {
    if (!text.empty()) text += ',';
    text += each.first == each.last ? fmt::format("{}", each.first) : fmt::format("{}-{}", each.first, each.last);
  }
  return text;
}

}  // namespace oversee::model
