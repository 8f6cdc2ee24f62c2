// Generates the JSON schema of settings files from the table of settings.
#include "cli/toml_schema.hpp"

#include <charconv>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <string_view>

#include "report/json_text.hpp"
#include "settings/table.hpp"

namespace oversee::cli {
namespace {

using report::JsonText;
using settings::Kind;
using settings::Scope;
using settings::Setting;

void put_types(JsonText& json, std::initializer_list<std::string_view> names) {
  if (names.size() == 1) {
    json.text("type", *names.begin());
    return;
  }
  json.begin_array("type");
  for (const std::string_view name : names) json.text({}, name);
  json.end_array();
}

// An empty string is never a valid value.
void put_text_types(JsonText& json, std::initializer_list<std::string_view> names) {
  put_types(json, names);
  json.number("minLength", 1);
}

void put_texts_as_items(JsonText& json) {
  json.begin_object("items");
  put_text_types(json, {"string"});
  json.end_object();
}

// A keyword applies only to values of its type, so keywords for several types can be combined.
void put_value(JsonText& json, const Setting& setting) {
  if (setting.kind == Kind::assignment) {
    put_text_types(json, {"object", "array", "string"});
    json.begin_object("additionalProperties");
    put_types(json, {"string"});
    json.end_object();
    return put_texts_as_items(json);
  }
  if (setting.repeatable) {
    put_text_types(json, {"string", "array"});
    return put_texts_as_items(json);
  }
  switch (setting.kind) {
    case Kind::flag: return put_types(json, {"boolean"});
    case Kind::duration:
      put_text_types(json, {"string", "number"});
      json.number("minimum", 0);
      return;
    case Kind::size:
    case Kind::signal:
      put_text_types(json, {"string", "integer"});
      json.number("minimum", 0);
      return;
    case Kind::number:
      put_types(json, {"integer", "string"});
      json.text("pattern", "^none$");
      return;
    case Kind::codes:
      put_text_types(json, {"integer", "string", "array"});
      json.number("minimum", 0);
      json.number("maximum", 255);
      json.begin_object("items");
      put_text_types(json, {"integer", "string"});
      json.number("minimum", 0);
      json.number("maximum", 255);
      json.end_object();
      return;
    case Kind::choice:
      json.begin_array("enum");
      for (const auto word : std::views::split(setting.choices, '|')) json.text({}, std::string_view(word));
      json.end_array();
      return;
    default: return put_text_types(json, {"string"});
  }
}

std::optional<int> whole(std::string_view text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && rest == end ? std::optional(number) : std::nullopt;
}

// Writes the value as a file would: numbers without quotes.
void put_example(JsonText& json, const Setting& setting, std::string_view key, std::string_view text) {
  const auto number = whole(text);
  if (number && (setting.kind == Kind::number || setting.kind == Kind::codes)) {
    json.number(key, *number);
  } else {
    json.text(key, text);
  }
}

void put_setting(JsonText& json, const Setting& setting) {
  json.begin_object(setting.name);
  if (!setting.help.empty()) json.text("description", setting.help);
  put_value(json, setting);
  if (setting.kind == Kind::flag) {
    json.boolean("default", false);
  } else if (!setting.built_in.empty()) {
    put_example(json, setting, "default", setting.built_in);
  }
  if (!setting.suggestions.empty()) {
    json.begin_array("examples");
    for (const auto part : std::views::split(setting.suggestions, '|')) {
      const std::string_view word(part);
      if (!word.ends_with(':')) put_example(json, setting, {}, word);  // else it is only a prefix
    }
    json.end_array();
  }
  json.end_object();
}

bool may_stand(const Setting& setting, bool in_profile) {
  return setting.scope == Scope::file || (in_profile && setting.scope == Scope::profile);
}

void put_own_text(JsonText& json, std::string_view key, std::string_view description) {
  json.begin_object(key).text("description", description);
  put_text_types(json, {"string"});
  json.end_object();
}

// The properties of [defaults] or [profile.NAME]; each refers to a definition.
void put_table(JsonText& json, bool in_profile) {
  put_types(json, {"object"});
  json.boolean("additionalProperties", false);
  json.begin_object("properties");
  if (in_profile) {
    put_own_text(json, "description", "What the profile is for: a line that oversee profiles shows");
    put_own_text(json, "inherits", "The profile whose settings, and whose command, hold where this one says nothing");
    json.begin_object("command").text("description", "The program and its arguments; a call's own words follow them");
    put_types(json, {"array"});
    json.number("minItems", 1).begin_object("items");
    put_types(json, {"string"});
    json.end_object().end_object();
  }
  for (const Setting& setting : settings::table()) {
    if (!may_stand(setting, in_profile)) continue;
    json.begin_object(setting.name).text("$ref", std::string("#/definitions/").append(setting.name)).end_object();
  }
  json.end_object();
}

}  // namespace

std::string toml_schema() {
  JsonText json;
  json.begin_object();
  json.text("$schema", "http://json-schema.org/draft-07/schema#");
  json.text("title", "oversee settings file");
  json.text("description", "oversee.toml: what runs of a project, a user or a machine have in common; man oversee");
  put_types(json, {"object"});
  json.boolean("additionalProperties", false);
  json.begin_object("properties");
  json.begin_object("defaults")
      .text("description",
            "What holds for each run, unless its profile or its call says else; in a project's file only what limits, "
            "paces and shows");
  put_table(json, false);
  json.end_object();
  json.begin_object("profile").text("description", "Settings by name: oversee -P NAME runs by those of [profile.NAME]");
  put_types(json, {"object"});
  json.begin_object("additionalProperties");
  put_table(json, true);
  json.end_object().end_object();
  json.end_object();
  json.begin_object("definitions");
  for (const Setting& setting : settings::table()) {
    if (may_stand(setting, true)) put_setting(json, setting);
  }
  json.end_object().end_object();
  return json.take();
}

}  // namespace oversee::cli
