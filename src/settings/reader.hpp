// Reads single settings from a layer and collects their errors.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/value_error.hpp"
#include "settings/layer.hpp"
#include "settings/setting_error.hpp"

namespace oversee::settings {

// Whether the text is one of the words for yes.
bool is_true(std::string_view text);

// Collects errors and returns a substitute for each bad value, so that resolve.cpp can read settings as a plain list.
class Reader {
 public:
  explicit Reader(const Layer& layer) : layer_(layer) {}

  std::optional<std::string> text(std::string_view name);
  std::vector<std::string> list(std::string_view name);
  bool flag(std::string_view name);

  // Uses the built-in value if none is given. `otherwise` replaces a refused value.
  template <class Value>
  Value parse(std::string_view name, model::Parsed<Value> (*parser)(std::string_view), Value otherwise) {
    const Given value = given_or_built_in(name);
    auto parsed = parser(value.text);
    if (parsed) return *parsed;
    refuse(value, parsed.error().allowed, find(name)->choices);
    return otherwise;
  }

  bool given(std::string_view name) const { return layer_.last(name) != nullptr; }
  const std::string& where(std::string_view name) const { return layer_.last(name)->where; }
  // The raw text; empty if not given.
  std::optional<std::string> plain_text(std::string_view name) const;

  // Suggests the nearest of the `choices`, which are separated by '|'.
  void refuse(const Given& given, std::string_view allowed, std::string_view choices = {});
  void refuse_value(const Given& given, std::string_view problem);
  // Refuses file names that look like options, and "-" if stdout is the command's or has two writers.
  void refuse_dashes(bool stdout_is_ours);
  // Joining the layers has resolved rivals from different sources; the remaining pairs come from the same one.
  void refuse_rivals();
  void refuse_same_file(std::initializer_list<std::string_view> names);
  // The setting must be given.
  void fail_at(std::string_view name, std::string_view problem);
  void fail(std::string message) { errors_.push_back({std::move(message)}); }

  std::vector<SettingError> take_errors() { return std::move(errors_); }

 private:
  Given given_or_built_in(std::string_view name) const;
  std::string where_named(std::string_view name) const;
  // Whether the setting asks for anything: a flag set to no contradicts nothing.
  bool claims(std::string_view name) const;

  const Layer& layer_;
  std::vector<SettingError> errors_;
};

// A word of a choice, paired with its value.
template <class Value>
struct Word {
  std::string_view text;
  Value value;
};

template <class Value>
Word(std::string_view, Value) -> Word<Value>;

template <auto& words>
auto parse_word(std::string_view text) -> model::Parsed<decltype(words[0].value)> {
  std::string allowed;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].text == text) return words[i].value;
    if (i > 0) allowed += i + 1 < words.size() ? ", " : " or ";
    allowed += words[i].text;
  }
  return std::unexpected(model::ValueError{std::string(text), allowed});
}

}  // namespace oversee::settings
