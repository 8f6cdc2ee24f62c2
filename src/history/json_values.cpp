// Reads members.
#include "history/json_values.hpp"

#include <chrono>
#include <utility>

namespace oversee::history {
namespace {

// A longer duration is not genuine. Three times this one still fits the clock's range.
constexpr std::chrono::milliseconds kLongest = std::chrono::years(90);

}  // namespace

std::string text_of(const JsonValue& json, std::string_view key) {
  const auto* text = json.text(key);
  return text == nullptr ? std::string() : *text;
}

const JsonValue::Array& list_of(const JsonValue& json, std::string_view key) {
  static const JsonValue::Array none;
  const auto* member = json.member(key);
  return member == nullptr || member->array() == nullptr ? none : *member->array();
}

std::map<std::string, std::string> texts_of(const JsonValue& json, std::string_view key) {
  std::map<std::string, std::string> all;
  const auto* member = json.member(key);
  if (member == nullptr || member->object() == nullptr) return all;
  for (const auto& [name, value] : *member->object()) {
    if (!name.empty() && value.text() != nullptr) all[name] = *value.text();
  }
  return all;
}

std::optional<model::Duration> duration_of(const JsonValue& json, std::string_view key) {
  const auto number = json.integer(key);
  if (!number || *number < 0 || *number > kLongest.count()) return {};
  return std::chrono::milliseconds(*number);
}

std::optional<int> small_number_of(const JsonValue& json, std::string_view key) {
  const auto number = json.integer(key);
  return number && std::in_range<int>(*number) ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

bool is_set(const JsonValue& json, std::string_view key) {
  const auto* member = json.member(key);
  return member != nullptr && member->boolean() != nullptr && *member->boolean();
}

}  // namespace oversee::history
