// Reads single settings out of a layer, and collects what is wrong with them.
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

// Whether it is a word for yes.
bool is_true(std::string_view text);

// So that the list of settings in resolve.cpp reads as a list: what is wrong is noted, and some value returned.
class Reader {
 public:
  explicit Reader(const Layer& layer) : layer_(layer) {}

  std::optional<std::string> text(std::string_view name);
  std::vector<std::string> list(std::string_view name);
  bool flag(std::string_view name);

  // The built-in value where none is given. `otherwise` stands in for one that was refused.
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
  // As it was given, not judged; none where it was not.
  std::optional<std::string> plain_text(std::string_view name) const;

  // `choices`, separated by '|', are where the nearest word is looked for.
  void refuse(const Given& given, std::string_view allowed, std::string_view choices = {});
  void refuse_value(const Given& given, std::string_view problem);
  // Names of files that are options by their look; and "-" where stdout is the command's, or has two users.
  void refuse_dashes(bool stdout_is_ours);
  // Rivals of different sources have been settled when the layers were joined: these come from one.
  void refuse_rivals();
  void refuse_same_file(std::initializer_list<std::string_view> names);
  // About a setting that is given.
  void fail_at(std::string_view name, std::string_view problem);
  void fail(std::string message) { errors_.push_back({std::move(message)}); }

  std::vector<SettingError> take_errors() { return std::move(errors_); }

 private:
  Given given_or_built_in(std::string_view name) const;
  std::string where_named(std::string_view name) const;
  // Whether it asks for anything: a flag that says no contradicts nothing.
  bool claims(std::string_view name) const;

  const Layer& layer_;
  std::vector<SettingError> errors_;
};

// A choice's words and values, in one place each.
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
