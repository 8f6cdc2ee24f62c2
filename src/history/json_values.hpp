// Members of JSON objects as values, where what is missing, of another type or out of range is nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "history/json_reader.hpp"
#include "model/duration.hpp"

namespace oversee::history {

// Empty where there is none.
std::string text_of(const JsonValue& json, std::string_view key);
const JsonValue::Array& list_of(const JsonValue& json, std::string_view key);
// Of members that have a name.
std::map<std::string, std::string> texts_of(const JsonValue& json, std::string_view key);

// A count of milliseconds, from 0 to those of 90 years.
std::optional<model::Duration> duration_of(const JsonValue& json, std::string_view key);

// Of such as pids and exit codes.
std::optional<int> small_number_of(const JsonValue& json, std::string_view key);

// False where it is none.
bool is_set(const JsonValue& json, std::string_view key);

}  // namespace oversee::history
