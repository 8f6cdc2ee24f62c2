// Parses JSON by recursive descent.
#include "history/json_reader.hpp"

#include <algorithm>
#include <charconv>

namespace oversee::history {
namespace {

constexpr int kDeepestJson = 32;

void append_utf8(std::string& text, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xc0U | code >> 6U);
    add(0x80U | (code & 0x3fU));
  } else if (code < 0x10000) {
    add(0xe0U | code >> 12U);
    add(0x80U | (code >> 6U & 0x3fU));
    add(0x80U | (code & 0x3fU));
  } else {
    add(0xf0U | code >> 18U);
    add(0x80U | (code >> 12U & 0x3fU));
    add(0x80U | (code >> 6U & 0x3fU));
    add(0x80U | (code & 0x3fU));
  }
}

// Each function consumes its input from the front; an empty result means a syntax error.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::optional<JsonValue> document() {
    auto value = read_value(0);
    skip_blanks();
    if (!rest_.empty()) return {};
    return value;
  }

 private:
  std::optional<JsonValue> read_value(int depth) {
    skip_blanks();
    if (rest_.empty() || depth > kDeepestJson) return {};
    switch (rest_.front()) {
      case '{': return read_object(depth);
      case '[': return read_array(depth);
      case '"': {
        auto text = read_string();
        if (!text) return {};
        return JsonValue(std::move(*text));
      }
      default: break;
    }
    if (take("true")) return JsonValue(true);
    if (take("false")) return JsonValue(false);
    if (take("null")) return JsonValue();
    return read_number();
  }

  std::optional<JsonValue> read_object(int depth) {
    JsonValue::Object members;
    take("{");
    skip_blanks();
    if (take("}")) return JsonValue(std::move(members));
    do {
      skip_blanks();
      auto key = read_string();
      skip_blanks();
      if (!key || !take(":")) return {};
      auto value = read_value(depth + 1);
      if (!value) return {};
      members.emplace_back(std::move(*key), std::move(*value));
      skip_blanks();
    } while (take(","));
    if (!take("}")) return {};
    return JsonValue(std::move(members));
  }

  std::optional<JsonValue> read_array(int depth) {
    JsonValue::Array values;
    take("[");
    skip_blanks();
    if (take("]")) return JsonValue(std::move(values));
    do {
      auto value = read_value(depth + 1);
      if (!value) return {};
      values.push_back(std::move(*value));
      skip_blanks();
    } while (take(","));
    if (!take("]")) return {};
    return JsonValue(std::move(values));
  }

  std::optional<std::string> read_string() {
    if (!take("\"")) return {};
    std::string text;
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (static_cast<unsigned char>(c) < 0x20) return {};
      rest_.remove_prefix(1);
      if (c == '"') return text;
      if (c != '\\') {
        text += c;
      } else if (!read_escape(text)) {
        return {};
      }
    }
    return {};
  }

  bool read_escape(std::string& text) {
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (rest_.empty()) return false;
    if (rest_.front() == 'u') return read_code(text);
    const std::size_t which = kEscapes.find(rest_.front());
    if (which == std::string_view::npos) return false;
    text += kMeanings[which];
    rest_.remove_prefix(1);
    return true;
  }

  // "uXXXX", or a surrogate pair of them for a character past U+FFFF.
  bool read_code(std::string& text) {
    auto code = read_hex();
    if (!code || (*code >= 0xdc00 && *code < 0xe000)) return false;
    if (*code >= 0xd800 && *code < 0xdc00) {
      if (!take("\\")) return false;
      const auto low = read_hex();
      if (!low || *low < 0xdc00 || *low >= 0xe000) return false;
      code = 0x10000U + ((*code - 0xd800U) << 10U) + (*low - 0xdc00U);
    }
    append_utf8(text, *code);
    return true;
  }

  std::optional<std::uint32_t> read_hex() {
    if (rest_.size() < 5 || rest_.front() != 'u') return {};
    std::uint32_t code = 0;
    const auto [end, error] = std::from_chars(rest_.data() + 1, rest_.data() + 5, code, 16);
    if (error != std::errc{} || end != rest_.data() + 5) return {};
    rest_.remove_prefix(5);
    return code;
  }

  // -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
  std::optional<JsonValue> read_number() {
    const std::string_view before = rest_;
    take("-");
    const bool zero = rest_.starts_with('0');
    const std::size_t whole = take_digits();
    if (whole == 0 || (zero && whole > 1)) return {};
    if (take(".") && take_digits() == 0) return {};
    if (take("e") || take("E")) {
      if (!take("+")) take("-");
      if (take_digits() == 0) return {};
    }
    return JsonValue(JsonValue::Number{std::string(before.substr(0, before.size() - rest_.size()))});
  }

  std::size_t take_digits() {
    const std::size_t count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    rest_.remove_prefix(count);
    return count;
  }

  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  std::string_view rest_;
};

}  // namespace

std::optional<std::int64_t> JsonValue::integer() const {
  const auto* number = std::get_if<Number>(&value_);
  if (number == nullptr) return {};
  std::int64_t value = 0;
  const char* const last = number->text.data() + number->text.size();
  const auto [end, error] = std::from_chars(number->text.data(), last, value);
  if (error != std::errc{} || end != last) return {};
  return value;
}

const JsonValue* JsonValue::member(std::string_view key) const {
  const Object* members = object();
  if (members == nullptr) return nullptr;
  const auto found = std::ranges::find(*members, key, &Object::value_type::first);
  return found == members->end() ? nullptr : &found->second;
}

const std::string* JsonValue::text(std::string_view key) const {
  const JsonValue* value = member(key);
  return value == nullptr ? nullptr : value->text();
}

std::optional<std::int64_t> JsonValue::integer(std::string_view key) const {
  const JsonValue* value = member(key);
  return value == nullptr ? std::nullopt : value->integer();
}

std::optional<JsonValue> read_json(std::string_view text) { return Reader(text).document(); }

}  // namespace oversee::history
