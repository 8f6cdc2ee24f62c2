// Values of verbs' options, read as the settings' are.
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

// Of the verbs that can print for programs; json_asked reads it.
inline constexpr VerbOption kFormatOption{"format", 0, "FORMAT", "Print text, or json for programs", "text|json"};

// "--since: cannot read 'x'; expected a duration ..."
std::string cannot_read(std::string_view option, std::string_view value, std::string_view allowed);

// The value as the reader has it; what is wrong with it as a sentence. The option was given.
template <class Value>
std::expected<Value, std::string> read_value(const VerbArguments& arguments, std::string_view option,
                                             model::Parsed<Value> (*reader)(std::string_view)) {
  auto value = reader(arguments.value(option));
  if (value) return std::move(*value);
  return std::unexpected(cannot_read(option, value.error().read, value.error().allowed));
}

// When the time is over that the option gives, from now on. None where it was not given, or is none; what is wrong with
// its value as a sentence.
std::expected<std::optional<model::Instant>, std::string> deadline_of(const VerbArguments& arguments,
                                                                      std::string_view option);

}  // namespace oversee::cli
