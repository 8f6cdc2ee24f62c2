// Reads and prints sizes in bytes.
#include "model/byte_size.hpp"

#include <fmt/format.h>

#include <array>

#include "model/ascii.hpp"

namespace oversee::model {
namespace {

// 128 bits, so that a product can be computed before its range is checked.
__extension__ using Wide = unsigned __int128;

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};

// describe_byte_size and format_byte_size walk the binary units: they must come last, in rising order.
constexpr std::array<SizeUnit, 11> kSizeUnits{{
    {"B", 1},
    {"kB", 1000},
    {"KB", 1000},
    {"MB", 1000ULL * 1000},
    {"GB", 1000ULL * 1000 * 1000},
    {"TB", 1000ULL * 1000 * 1000 * 1000},
    {"KiB", 1ULL << 10U},
    {"MiB", 1ULL << 20U},
    {"GiB", 1ULL << 30U},
    {"TiB", 1ULL << 40U},
    {"PiB", 1ULL << 50U},
}};
constexpr std::size_t kFirstBinary = 6;

constexpr std::string_view kAllowedSize = "a size such as 4096, 64KiB, 10MB or 1.5GiB";

}  // namespace

Parsed<std::uint64_t> parse_byte_size(std::string_view text) {
  const auto refuse = [&] { return refuse_value(text, kAllowedSize); };
  std::size_t at = 0;
  Wide number = 0;  // the digits without the point
  Wide divisor = 1;
  bool digits = false;
  for (; at < text.size() && is_digit(text[at]); ++at, digits = true) {
    number = number * 10 + static_cast<unsigned>(text[at] - '0');
    if (number > UINT64_MAX) return refuse();
  }
  if (at < text.size() && text[at] == '.') {
    bool fraction = false;
    for (++at; at < text.size() && is_digit(text[at]); ++at, fraction = true) {
      if (divisor >= 10'000'000'000'000'000U) continue;  // further digits are below one byte of any unit
      number = number * 10 + static_cast<unsigned>(text[at] - '0');
      divisor *= 10;
    }
    if (!fraction || !digits) return refuse();
  }
  if (!digits) return refuse();
  const std::string_view name = text.substr(at);
  std::uint64_t unit = 0;
  if (name.empty()) unit = 1;
  for (const SizeUnit& each : kSizeUnits) {
    if (each.name == name) unit = each.bytes;
  }
  if (unit == 0 || (unit == 1 && divisor != 1)) return refuse();
  // At most 2^64 * 10^16 * 2^50 would overflow 128 bits, but a whole part that large is out of range anyway.
  if (number / divisor > UINT64_MAX / unit) return refuse();
  const Wide whole = number / divisor * unit;
  const Wide part = number % divisor * unit / divisor;
  if (whole + part > UINT64_MAX) return refuse();
  return static_cast<std::uint64_t>(whole + part);
}

Parsed<SizeLimit> parse_size_limit(std::string_view text) {
  if (text == "none") return SizeLimit{};
  const auto size = parse_byte_size(text);
  if (!size) return std::unexpected(ValueError{size.error().read, size.error().allowed + ", or none"});
  return *size == 0 ? SizeLimit{} : SizeLimit{*size};
}

std::string format_byte_size(std::uint64_t bytes) {
  for (std::size_t i = kSizeUnits.size(); i-- > kFirstBinary;) {
    if (bytes != 0 && bytes % kSizeUnits.at(i).bytes == 0) {
      return fmt::format("{}{}", bytes / kSizeUnits.at(i).bytes, kSizeUnits.at(i).name);
    }
  }
  return fmt::format("{}", bytes);
}

std::string describe_byte_size(std::uint64_t bytes) {
  for (std::size_t i = kSizeUnits.size(); i-- > kFirstBinary;) {
    const SizeUnit& unit = kSizeUnits.at(i);
    if (bytes < unit.bytes - unit.bytes / 2048) continue;  // from here on it rounds to 1.0: "1.0MiB", not "1024KiB"
    const double value = static_cast<double>(bytes) / static_cast<double>(unit.bytes);
    return value < 9.95 ? fmt::format("{:.1f}{}", value, unit.name) : fmt::format("{:.0f}{}", value, unit.name);
  }
  return fmt::format("{}B", bytes);
}

}  // namespace oversee::model
