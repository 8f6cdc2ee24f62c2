// Converts JSON values to flags, according to the kind of the setting.
#include "cli/json_settings.hpp"

#include <fmt/format.h>

#include <optional>

#include "model/utf8.hpp"

namespace oversee::cli {
namespace {

using history::JsonValue;
using settings::Kind;
using settings::Setting;

// A phrase that follows "expected ".
std::string_view types_of(const Setting& setting) {
  if (setting.kind == Kind::assignment)
    return R"(an object of texts, as in {"NAME": "value"}, or a list of "NAME=value")";
  if (setting.repeatable) return "a text, or a list of them";
  switch (setting.kind) {
    case Kind::flag: return "true; what is not to be on is left out";
    case Kind::duration: return R"(a time such as "90s", or a number of seconds)";
    case Kind::size: return R"(a size such as "64MiB", or a number of bytes)";
    case Kind::number: return R"(a whole number, or "none")";
    case Kind::codes: return R"(an exit code, a list of them, or a text such as "3,75-78")";
    default: return "a text";
  }
}

// Converts one value to a flag's argument; none if the type does not fit the setting.
std::optional<std::string> scalar_text(const Setting& setting, const JsonValue& value) {
  const Kind kind = setting.kind;
  if (const std::string* text = value.text()) {
    if (kind == Kind::number && *text != "none") return {};
    return kind == Kind::flag ? std::nullopt : std::optional(*text);
  }
  if (const auto whole = value.integer()) {
    const bool counts = kind == Kind::duration || kind == Kind::size || kind == Kind::number || kind == Kind::codes ||
                        kind == Kind::signal;
    return counts ? std::optional(fmt::format("{}", *whole)) : std::nullopt;
  }
  const std::string* number = value.number();
  return number != nullptr && kind == Kind::duration ? std::optional(*number) : std::nullopt;
}

class FlagList {
 public:
  explicit FlagList(const Setting& setting) : setting_(setting) {}

  bool add(std::string_view value) {
    flags_.push_back(fmt::format("--{}={}", setting_.name, value));
    return true;
  }

  bool add(const JsonValue& value) {
    const auto text = scalar_text(setting_, value);
    return text && add(std::string_view(*text));
  }

  bool add_all(const JsonValue& value) {
    if (setting_.kind == Kind::flag) {
      if (value.boolean() == nullptr || !*value.boolean()) return false;
      flags_.push_back(fmt::format("--{}", setting_.name));
      return true;
    }
    if (const auto* members = value.object(); members != nullptr && setting_.kind == Kind::assignment) {
      for (const auto& [name, each] : *members) {
        if (each.text() == nullptr || !add(std::string_view(name + '=' + *each.text()))) return false;
      }
      return true;
    }
    const auto* list = value.array();
    if (list == nullptr) return add(value);
    if (setting_.kind == Kind::codes) return add_codes(*list);
    if (!setting_.repeatable) return false;
    for (const JsonValue& each : *list) {
      if (each.text() == nullptr || !add(each)) return false;
    }
    return true;
  }

  std::vector<std::string> take() { return std::move(flags_); }

 private:
  bool add_codes(const JsonValue::Array& list) {
    std::string codes;
    for (const JsonValue& each : list) {
      const auto text = scalar_text(setting_, each);
      if (!text) return false;
      codes += (codes.empty() ? "" : ",") + *text;
    }
    return add(std::string_view(codes));
  }

  const Setting& setting_;
  std::vector<std::string> flags_;
};

}  // namespace

std::expected<std::vector<std::string>, std::string> json_flags(const Setting& setting, const JsonValue& value) {
  FlagList list(setting);
  if (!list.add_all(value)) return std::unexpected(fmt::format("expected {}", types_of(setting)));
  return list.take();
}

std::string quoted_word(std::string_view word) {
  constexpr std::size_t kShown = 60;
  if (word.size() <= kShown) return fmt::format("'{}'", word);
  std::string_view start = word.substr(0, kShown);
  start.remove_suffix(model::unfinished_tail(start));
  return fmt::format("'{}...'", start);
}

}  // namespace oversee::cli
