// Reads the values.
#include "cli/verb_values.hpp"

#include <fmt/format.h>

namespace oversee::cli {

std::expected<model::TimeLimit, std::string> time_limit_of(const VerbArguments& arguments, std::string_view option) {
  if (!arguments.has(option)) return model::TimeLimit{};
  const auto limit = model::parse_time_limit(arguments.value(option));
  if (limit) return *limit;
  return std::unexpected(
      fmt::format("--{}: cannot read '{}'; expected {}", option, limit.error().read, limit.error().allowed));
}

}  // namespace oversee::cli
