// Parses JSON strictly by RFC 8259 into values. The caller interprets the keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace oversee::history {

class JsonValue {
 public:
  using Array = std::vector<JsonValue>;
  using Object = std::vector<std::pair<std::string, JsonValue>>;  // in document order
  struct Number {
    std::string text;  // as written
  };

  JsonValue() = default;
  template <class T>
  explicit JsonValue(T value) : value_(std::move(value)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  const std::string* text() const { return std::get_if<std::string>(&value_); }
  const bool* boolean() const { return std::get_if<bool>(&value_); }
  const Array* array() const { return std::get_if<Array>(&value_); }
  const Object* object() const { return std::get_if<Object>(&value_); }
  // The digits of a number, as written.
  const std::string* number() const {
    const auto* number = std::get_if<Number>(&value_);
    return number == nullptr ? nullptr : &number->text;
  }
  // A whole number that fits 64 bits.
  std::optional<std::int64_t> integer() const;

  // The member of this name; null if it is missing or this is no object.
  const JsonValue* member(std::string_view key) const;
  const std::string* text(std::string_view key) const;
  std::optional<std::int64_t> integer(std::string_view key) const;

 private:
  std::variant<std::monostate, bool, Number, std::string, Array, Object> value_;
};

// Parses the whole text as one value; empty if it is not JSON, or nested deeper than our documents.
std::optional<JsonValue> read_json(std::string_view text);

}  // namespace oversee::history
