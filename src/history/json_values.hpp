// Reads members of JSON objects as values; a missing, mistyped or out-of-range member reads as empty.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "history/json_reader.hpp"
#include "model/duration.hpp"

namespace oversee::history {

// Empty if the member is missing.
std::string text_of(const JsonValue& json, std::string_view key);
const JsonValue::Array& list_of(const JsonValue& json, std::string_view key);
// The members of an object that are strings.
std::map<std::string, std::string> texts_of(const JsonValue& json, std::string_view key);

// A count of milliseconds, from 0 to 90 years.
std::optional<model::Duration> duration_of(const JsonValue& json, std::string_view key);

// For pids, exit codes and similar numbers.
std::optional<int> small_number_of(const JsonValue& json, std::string_view key);

// False unless the member is true.
bool is_set(const JsonValue& json, std::string_view key);

}  // namespace oversee::history
