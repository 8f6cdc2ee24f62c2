// oversee check: reports every error in the settings files.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "cli/console.hpp"
#include "cli/explain.hpp"
#include "cli/masks.hpp"
#include "cli/settings_files.hpp"
#include "cli/verbs.hpp"
#include "model/outcome.hpp"
#include "model/safe_text.hpp"
#include "os/host.hpp"
#include "settings/environment.hpp"
#include "settings/resolve.hpp"

namespace oversee::cli {
namespace {

constexpr std::array kCheckOptions{
    VerbOption{"profile", 'P', "PROFILE", "Show the settings as PROFILE has them"},
    VerbOption{"format", 0, "FORMAT", "Show them as text or as json", "text|json"},
};

// Collects each problem once: profiles share inherited settings.
struct Findings {
  std::vector<settings::SettingError> errors;
  std::vector<std::string> warnings;

  void add(settings::SettingError error) {
    const auto same = [&](const settings::SettingError& each) { return each.message == error.message; };
    if (std::ranges::none_of(errors, same)) errors.push_back(std::move(error));
  }
  void warn(std::string warning) {
    if (std::ranges::find(warnings, warning) == warnings.end()) warnings.push_back(std::move(warning));
  }
};

// Checks the settings with the profile that the flags name.
void judge(const settings::Sources& sources, const std::vector<settings::ProfileSummary>& all, Findings& findings) {
  auto joined = settings::join(sources, all);
  if (!joined) return findings.add(std::move(joined.error()));
  // Settings are valid without a command; resolving them needs one.
  if (joined->words.empty()) joined->words.emplace_back("true");
  settings::Resolution resolution = settings::examine(joined->layer, joined->words);
  for (settings::SettingError& error : resolution.errors) findings.add(std::move(error));
  for (std::string& warning : resolution.settings.warnings) findings.warn(std::move(warning));
}

void judge_all(settings::Sources sources, Findings& findings) {
  for (settings::SettingError& error : errors_of(sources.files)) findings.add(std::move(error));
  for (settings::SettingError& error : settings::check_profiles(sources.files)) findings.add(std::move(error));
  const settings::Layer flags = sources.flags;
  const std::vector<settings::ProfileSummary> all = settings::profiles(sources.files);
  judge(sources, all, findings);
  for (const settings::ProfileSummary& profile : all) {
    sources.flags = flags;
    sources.flags.remove("profile");
    sources.flags.add("profile", profile.place);
    judge(sources, all, findings);
  }
  for (std::string& warning : settings::unknown_variables(own_environment())) findings.warn(std::move(warning));
}

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

int check(const VerbArguments& arguments) {
  const auto json = json_asked(arguments);
  if (!json) return say(std::string_view(json.error())), model::kExitOwnFailure;
  settings::Sources sources;
  sources.variables = own_variables();
  if (arguments.has("profile")) sources.flags.add("profile", {arguments.value("profile"), "--profile"});
  if (arguments.operands.empty()) {
    sources.files = read_settings_files(sources.flags, sources.variables);
  } else {
    sources.files.push_back(read_checked_settings(arguments.operands.front()));
  }
  Findings findings;
  judge_all(sources, findings);
  for (const std::string& warning : findings.warnings) warn(warning);
  for (const settings::SettingError& error : findings.errors) say(error);
  if (!findings.errors.empty()) {
    print_error_lines(fmt::format("oversee: {}\n", counted(findings.errors.size(), "error")));
    return model::kExitOwnFailure;
  }
  const auto joined = settings::join(sources);
  if (!joined) return say(joined.error()), model::kExitOwnFailure;
  auto words = joined->words;
  if (words.empty()) words.emplace_back("true");
  const auto masks = masks_of(settings::examine(joined->layer, std::move(words)).settings);
  if (!masks) return say(describe(masks.error())), model::kExitOwnFailure;
  const Explained explained{joined->words, os::current_directory(), *joined, sources.files, *masks};
  if (*json) return print(explain_json(explained));
  std::string text;
  for (const settings::SettingsFile& file : sources.files) {
    text += fmt::format("{}: {}, no errors\n", model::harmless(file.path), counted(file.profiles.size(), "profile"));
  }
  if (sources.files.empty()) text += "no settings file counts here\n";
  return print(text + '\n' + explain_text(explained));
}

}  // namespace

const Verb kCheckVerb{
    .name = "check",
    .operands = "[FILE]",
    .operand_count = 1,
    .summary = "Tell all errors of the settings files, or of FILE",
    .options = kCheckOptions,
    .run = check,
};

}  // namespace oversee::cli
