// Parses the values of verbs' options, with the parsers of the settings.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cli/verbs.hpp"
#include "model/clock.hpp"
#include "model/value_error.hpp"

namespace oversee::cli {

// For verbs that can print JSON; json_asked() reads it.
inline constexpr VerbOption kFormatOption{"format", 0, "FORMAT", "Print text, or json for programs", "text|json"};

// Formats "--since: cannot read 'x'; expected a duration ...".
std::string cannot_read(std::string_view option, std::string_view value, std::string_view allowed);

// Parses the option's value with `reader`; the error is a sentence. The option must have been given.
template <class Value>
std::expected<Value, std::string> read_value(const VerbArguments& arguments, std::string_view option,
                                             model::Parsed<Value> (*reader)(std::string_view)) {
  auto value = reader(arguments.value(option));
  if (value) return std::move(*value);
  return std::unexpected(cannot_read(option, value.error().read, value.error().allowed));
}

// The deadline after the option's duration, counted from now. None if the option was not given or is "none"; the error
// is a sentence.
std::expected<std::optional<model::Instant>, std::string> deadline_of(const VerbArguments& arguments,
                                                                      std::string_view option);

}  // namespace oversee::cli
