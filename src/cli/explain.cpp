// Prints settings with their origins.
#include "cli/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "cli/automatic_timeout.hpp"
#include "cli/command_form.hpp"
#include "cli/console.hpp"
#include "cli/masks.hpp"
#include "model/command_line.hpp"
#include "model/outcome.hpp"
#include "model/safe_text.hpp"
#include "model/secrets.hpp"
#include "model/text_width.hpp"
#include "os/host.hpp"
#include "report/json_text.hpp"
#include "settings/environment.hpp"

namespace oversee::cli {
namespace {

using settings::Given;
using settings::Setting;

constexpr int kNameWidth = 18;
constexpr int kValueWidth = 16;

// The origin's name in JSON: "file" for Origin::file.
std::string_view name_of(settings::Origin origin) {
  switch (origin) {
    case settings::Origin::built_in: return "built-in";
    case settings::Origin::file: return "file";
    case settings::Origin::variable: return "variable";
    case settings::Origin::flag: return "flag";
  }
  return "";
}

std::string origin_text(const Given& given) {
  return given.profile.empty() ? given.where : fmt::format("{} (profile {})", given.where, given.profile);
}

std::string row(std::string_view name, std::string_view value, std::string_view origin) {
  const std::string shown = value.empty() ? "''" : model::harmless(value);
  return fmt::format("{:<{}}{}  {}\n", name, kNameWidth, model::padded(shown, kValueWidth), model::harmless(origin));
}

// All effective values: every one of a repeatable setting, else only the last.
std::vector<Given> values_of(const settings::Layer& layer, const Setting& setting) {
  std::vector<Given> values = layer.all(setting.name);
  if (!setting.repeatable && values.size() > 1) values.erase(values.begin(), values.end() - 1);
  return values;
}

// Masks secrets in environment variables and shell lines, and what --mask names. A mask itself is not secret.
std::string shown_value(const Explained& explained, const Setting& setting, const Given& given) {
  if (setting.name == "mask") return given.text;
  if (setting.name == "env") return explained.masks.masked(model::masked_assignment(given.text));
  return explained.masks.masked(setting.kind == settings::Kind::text ? model::masked_line(given.text) : given.text);
}

std::vector<std::string> shown_command(const Explained& explained) {
  std::vector<std::string> words = model::masked_words(explained.argv);
  for (std::string& word : words) word = explained.masks.masked(word);
  return words;
}

std::string setting_rows(const Explained& explained, const Setting& setting) {
  const settings::Layer& layer = explained.joined.layer;
  std::string text;
  std::string_view name = setting.name;
  for (const Given& given : values_of(layer, setting)) {
    text += row(name, shown_value(explained, setting, given), origin_text(given));
    name = "";
  }
  std::vector<Given> lost = layer.overridden(setting.name);
  std::ranges::reverse(lost);
  for (const Given& given : lost) {
    text += row(name, shown_value(explained, setting, given), fmt::format("overridden: {}", origin_text(given)));
    name = "";
  }
  return text;
}

void add_value(report::JsonText& json, const Explained& explained, const Setting& setting, const Given& given) {
  json.begin_object();
  json.text("value", shown_value(explained, setting, given));
  json.text("origin", name_of(given.origin));
  json.text("where", given.where);
  if (!given.profile.empty()) json.text("profile", given.profile);
  json.end_object();
}

void add_setting(report::JsonText& json, const Explained& explained, const Setting& setting) {
  const settings::Layer& layer = explained.joined.layer;
  std::vector<Given> values = values_of(layer, setting);
  const std::vector<Given> lost = layer.overridden(setting.name);
  if (values.empty() && lost.empty()) {
    if (setting.built_in.empty()) return;
    values.push_back({std::string(setting.built_in), "built-in", settings::Origin::built_in});
  }
  json.begin_object(setting.name);
  json.begin_array("values");
  for (const Given& given : values) add_value(json, explained, setting, given);
  json.end_array();
  json.begin_array("overridden");
  for (const Given& given : lost) add_value(json, explained, setting, given);
  json.end_array();
  json.end_object();
}

// Settings of the call itself are not part of the explained run.
bool is_about_the_call(const Setting& setting) { return setting.scope == settings::Scope::flag; }

}  // namespace

int explain(const settings::Settings& settings, const settings::Joined& joined,
            std::span<const settings::SettingsFile> files) {
  const auto masks = masks_of(settings);
  if (!masks) return say(describe(masks.error())), model::kExitOwnFailure;
  Explained explained{{}, os::current_directory(), joined, files, *masks};
  if (settings.shell_line || settings.script || !settings.words.empty()) {
    auto argv = command_argv(settings);
    if (!argv) return say(describe(argv.error())), model::kExitOwnFailure;
    explained.argv = std::move(*argv);
  }
  if (!settings.directory.empty()) explained.directory = settings.directory;
  if (settings.automatic_timeout && !explained.argv.empty()) {
    const auto timeout = automatic_timeout(run_name(settings, explained.argv), *settings.automatic_timeout);
    explained.timeout = timeout ? fmt::format("{} from {} runs", model::format_duration(timeout->limit), timeout->runs)
                                : describe(timeout.error());
  }
  return print(settings.explain_json ? explain_json(explained) : explain_text(explained));
}

std::string explain_text(const Explained& explained) {
  std::string text;
  if (!explained.argv.empty()) {
    text += fmt::format("{:<{}}{}\n", "command", kNameWidth, model::quote_command(shown_command(explained)));
    if (!explained.joined.command.empty()) {
      text += fmt::format("{:<{}}{}\n", "", kNameWidth, model::harmless(origin_text(explained.joined.command.front())));
    }
  }
  text +=
      fmt::format("{:<{}}{}\n", "directory", kNameWidth, model::harmless(explained.masks.masked(explained.directory)));
  std::string_view title = "settings files";
  for (const settings::SettingsFile& file : explained.files) {
    text += fmt::format("{:<{}}{}\n", title, kNameWidth, model::harmless(file.path));
    title = "";
  }
  if (explained.files.empty()) text += fmt::format("{:<{}}{}\n", title, kNameWidth, "none");
  std::string given;
  std::string built_in;
  for (const Setting& setting : settings::table()) {
    if (is_about_the_call(setting)) continue;
    std::string rows = setting_rows(explained, setting);
    if (setting.name == "timeout" && !explained.timeout.empty()) rows += row("", "auto:", explained.timeout);
    given += rows;
    if (rows.empty() && !setting.built_in.empty()) built_in += row(setting.name, setting.built_in, "built-in");
  }
  if (!given.empty()) text += '\n' + given;
  return text + '\n' + built_in;
}

std::string explain_json(const Explained& explained) {
  report::JsonText json;
  json.begin_object();
  json.number("schema", 1);
  json.begin_array("command");
  for (const std::string& word : shown_command(explained)) json.text({}, word);
  json.end_array();
  json.text("directory", explained.masks.masked(explained.directory));
  json.begin_array("files");
  for (const settings::SettingsFile& file : explained.files) json.text({}, file.path);
  json.end_array();
  json.begin_object("settings");
  for (const Setting& setting : settings::table()) {
    if (!is_about_the_call(setting)) add_setting(json, explained, setting);
  }
  json.end_object();
  if (!explained.timeout.empty()) json.text("automatic_timeout", explained.timeout);
  json.end_object();
  return json.take();
}

}  // namespace oversee::cli
