// Parses values of verbs' options.
#include "cli/verb_values.hpp"

#include <fmt/format.h>

#include "model/duration.hpp"
#include "os/clock.hpp"

namespace oversee::cli {

std::string cannot_read(std::string_view option, std::string_view value, std::string_view allowed) {
  return fmt::format("--{}: cannot read '{}'; expected {}", option, value, allowed);
}

std::expected<std::optional<model::Instant>, std::string> deadline_of(const VerbArguments& arguments,
                                                                      std::string_view option) {
  if (!arguments.has(option)) return std::nullopt;
  const auto limit = read_value(arguments, option, model::parse_time_limit);
  if (!limit) return std::unexpected(limit.error());
  return *limit ? std::optional(os::read_clock().instant + **limit) : std::nullopt;
}

}  // namespace oversee::cli
