// Parses whole numbers.
#include "model/whole_number.hpp"

#include <charconv>

#include "model/byte_size.hpp"

namespace oversee::model {
namespace {

// Parses the whole text; from_chars accepts no plus sign, and a minus only for signed types.
template <class Number>
std::optional<Number> whole(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

}  // namespace

std::optional<int> read_whole(std::string_view text, int most) {
  const auto number = whole<int>(text);
  return number && *number >= 0 && *number <= most ? number : std::nullopt;
}

Parsed<int> parse_retries(std::string_view text) {
  constexpr int kMost = 1'000'000;
  if (const auto number = read_whole(text, kMost)) return *number;
  return refuse_value(text, "a whole number from 0 to 1000000");
}

Parsed<int> parse_times(std::string_view text) {
  constexpr int kMost = 1'000'000;
  if (const auto number = read_whole(text, kMost); number && *number > 0) return *number;
  return refuse_value(text, "a whole number from 1 to 1000000");
}

Parsed<int> parse_percent(std::string_view text) {
  const std::string_view digits = text.ends_with('%') ? text.substr(0, text.size() - 1) : text;
  if (const auto number = read_whole(digits, 100)) return *number;
  return refuse_value(text, "a percentage from 0 to 100");
}

Parsed<CountLimit> parse_concurrency(std::string_view text) {
  if (text == "none") return CountLimit{};
  if (const auto number = parse_times(text)) return CountLimit{*number};
  return refuse_value(text, "a whole number from 1 to 1000000, or none");
}

Parsed<CountLimit> parse_count_limit(std::string_view text) {
  if (text == "none") return CountLimit{};
  const auto number = whole<std::uint64_t>(text);
  if (!number) return refuse_value(text, "a whole number such as 64, or none");
  return *number == 0 ? CountLimit{} : CountLimit{number};
}

Parsed<std::optional<std::int32_t>> parse_nice(std::string_view text) {
  constexpr std::int32_t kFarthest = 39;  // from -20 to 19
  if (text == "none") return std::optional<std::int32_t>{};
  const auto number = whole<std::int32_t>(text);
  if (!number || *number < -kFarthest || *number > kFarthest) {
    return refuse_value(text, "a whole number from -39 to 39, to be added to the caller's nice value");
  }
  return *number == 0 ? std::optional<std::int32_t>{} : number;
}

Parsed<std::optional<std::uint64_t>> parse_core_size(std::string_view text) {
  using Size = std::optional<std::uint64_t>;
  if (text == "inherit") return Size{};
  if (text == "none") return Size{0};
  if (text == "unlimited") return Size{kUnlimited};
  const auto size = parse_byte_size(text);
  if (!size) return refuse_value(text, "a size such as 64MiB, none, unlimited or inherit");
  return Size{*size};
}

}  // namespace oversee::model
