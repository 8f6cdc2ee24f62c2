// Colours the prefix of a line.
#include "report/tint.hpp"

#include <fmt/format.h>

namespace oversee::report {
namespace {

// Bold colours that are readable on light and dark terminals.
std::string_view code_of(Tint tint) {
  switch (tint) {
    case Tint::good: return "1;32";
    case Tint::warning: return "1;33";
    case Tint::bad: return "1;31";
  }
  return "0";
}

}  // namespace

std::string tinted(std::string_view line, Tint tint) {
  constexpr std::string_view kPrefix = "oversee:";
  if (!line.starts_with(kPrefix)) return std::string(line);
  return fmt::format("\x1b[{}m{}\x1b[0m{}", code_of(tint), kPrefix, line.substr(kPrefix.size()));
}

}  // namespace oversee::report
