// Values of verbs' options, read as the settings' are.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "cli/verbs.hpp"
#include "model/duration.hpp"

namespace oversee::cli {

// Of the verbs that can print for programs; json_asked reads it.
inline constexpr VerbOption kFormatOption{"format", 0, "FORMAT", "Print text, or json for programs", "text|json"};

// None where the option was not given, or is none; what is wrong with its value as a sentence.
std::expected<model::TimeLimit, std::string> time_limit_of(const VerbArguments& arguments, std::string_view option);

}  // namespace oversee::cli
