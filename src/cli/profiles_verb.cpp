// oversee profiles: lists the profiles available here.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "cli/console.hpp"
#include "cli/settings_files.hpp"
#include "cli/verbs.hpp"
#include "model/command_line.hpp"
#include "model/outcome.hpp"
#include "model/safe_text.hpp"
#include "model/secrets.hpp"
#include "model/text_width.hpp"
#include "report/json_text.hpp"
#include "settings/join.hpp"

namespace oversee::cli {
namespace {

constexpr std::array kProfilesOptions{
    VerbOption{"names", 0, "", "Print their names alone, one a line"},
    VerbOption{"format", 0, "FORMAT", "Print them as text or as json", "text|json"},
    VerbOption{"config", 0, "FILE", "Those of FILE and no other file"},
};

std::vector<std::string> command_of(const settings::ProfileSummary& profile) {
  std::vector<std::string> words;
  for (const settings::Given& word : profile.settings.all(settings::kCommand)) words.push_back(word.text);
  return model::masked_words(words);
}

// The command as written in the file; empty if the profile has only settings.
std::string command_text(const settings::ProfileSummary& profile) {
  if (const std::vector<std::string> words = command_of(profile); !words.empty()) return model::quote_command(words);
  for (const std::string_view form : {"shell-line", "script"}) {
    if (const settings::Given* given = profile.settings.last(form)) return model::masked_line(given->text);
  }
  return {};
}

// The description, or else the command.
std::string line_of(const settings::ProfileSummary& profile) {
  std::string line = profile.description.empty() ? command_text(profile) : profile.description;
  if (line.empty()) line = profile.inherits ? fmt::format("as {}", profile.inherits->text) : profile.place.where;
  return model::harmless(line);
}

std::string as_text(const std::vector<settings::ProfileSummary>& all) {
  std::size_t width = 8;
  for (const settings::ProfileSummary& each : all)
    width = std::max(width, std::min<std::size_t>(model::columns_of(model::harmless(each.name)), 30));
  std::string text;
  for (const settings::ProfileSummary& each : all) {
    text += fmt::format("{}  {}\n", model::padded(model::harmless(each.name), width), line_of(each));
  }
  return text;
}

std::string as_json(const std::vector<settings::ProfileSummary>& all) {
  report::JsonText json;
  json.begin_array();
  for (const settings::ProfileSummary& each : all) {
    json.begin_object();
    json.text("name", each.name);
    json.text("description", each.description);
    json.text("where", each.place.where);
    if (each.inherits) json.text("inherits", each.inherits->text);
    json.begin_array("command");
    for (const std::string& word : command_of(each)) json.text({}, word);
    json.end_array();
    json.end_object();
  }
  json.end_array();
  return json.take();
}

// For completions, which read one name per line; omits names that contain control characters.
std::string names_of(const std::vector<settings::ProfileSummary>& all) {
  std::string text;
  for (const settings::ProfileSummary& each : all) {
    if (model::is_harmless(each.name)) text += each.name + '\n';
  }
  return text;
}

int list_profiles(const VerbArguments& arguments) {
  const auto json = json_asked(arguments);
  if (!json) return say(std::string_view(json.error())), model::kExitOwnFailure;
  settings::Layer flags;
  if (arguments.has("config")) flags.add("config", {arguments.value("config"), "--config"});
  const std::vector<settings::SettingsFile> files = read_settings_files(flags, own_variables());
  const std::vector<settings::ProfileSummary> all = settings::profiles(files);
  const int status = print(arguments.has("names") ? names_of(all) : *json ? as_json(all) : as_text(all));
  const std::vector<settings::SettingError> errors = errors_of(files);
  say(errors);
  if (all.empty() && errors.empty() && !arguments.has("names") && !*json) {
    say("no profile here; write one below [profile.NAME] in oversee.toml (man oversee.toml)");
  }
  return errors.empty() ? status : model::kExitOwnFailure;
}

}  // namespace

const Verb kProfilesVerb{
    .name = "profiles",
    .operands = "",
    .operand_count = 0,
    .summary = "List the profiles that -P can name here",
    .options = kProfilesOptions,
    .run = list_profiles,
};

}  // namespace oversee::cli
