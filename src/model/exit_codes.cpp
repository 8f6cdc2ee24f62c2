// Reads and tests exit codes.
#include "model/exit_codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace oversee::model {
namespace {

constexpr int kLargestCode = 255;  // exit(3) keeps the low eight bits

std::optional<int> read_code(std::string_view text) {
  int code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (error != std::errc{} || end != text.data() + text.size() || code < 0 || code > kLargestCode) return {};
  return code;
}

}  // namespace

Parsed<ExitCodes> ExitCodes::parse(std::string_view text) {
  ExitCodes codes;
  std::string_view rest = text;
  while (true) {
    const std::size_t comma = rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    const std::size_t dash = item.find('-');
    const auto first = read_code(item.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : read_code(item.substr(dash + 1));
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
