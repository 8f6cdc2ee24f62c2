// Layers profiles, variables and flags over the files' defaults.
#include "settings/join.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/nearest_word.hpp"

namespace oversee::settings {
namespace {

SettingError error_at(const Given& place, std::string_view problem) {
  return {fmt::format("{}: {}", place.where, problem), place.excerpt()};
}

const ProfileSummary* find_profile(const std::vector<ProfileSummary>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &ProfileSummary::name);
  return found == all.end() ? nullptr : &*found;
}

std::string no_such_profile(const std::vector<ProfileSummary>& all, std::string_view name) {
  std::vector<std::string_view> names;
  names.reserve(all.size());
  for (const ProfileSummary& each : all) names.push_back(each.name);
  std::string message = fmt::format("no such profile: '{}'", name);
  if (const std::string_view near = model::nearest(name, names); !near.empty()) {
    return message + fmt::format("; did you mean '{}'?", near);
  }
  if (names.empty()) return message + "; the settings files have none (oversee check names the files)";
  return message + "; oversee profiles lists them";
}

// The error for a cycle of profiles. Starts with the first name in alphabetical order, so that the message does not
// depend on the profile that led into the cycle.
SettingError circle(std::vector<const ProfileSummary*> profiles) {
  std::ranges::rotate(profiles, std::ranges::min_element(profiles, {}, &ProfileSummary::name));
  std::string way;
  for (const ProfileSummary* each : profiles) way += each->name + " -> ";
  return error_at(*profiles.back()->inherits,
                  fmt::format("profiles inherit from each other in a circle: {}{}", way, profiles.front()->name));
}

// The profiles from the requested one to the root of its inheritance, or the error in this chain. `asked` is the place
// of the request.
std::expected<std::vector<const ProfileSummary*>, SettingError> ancestry(const std::vector<ProfileSummary>& all,
                                                                         const Given& asked) {
  std::vector<const ProfileSummary*> line;
  const Given* place = &asked;
  while (true) {
    const ProfileSummary* profile = find_profile(all, place->text);
    if (profile == nullptr) return std::unexpected(error_at(*place, no_such_profile(all, place->text)));
    if (const auto before = std::ranges::find(line, profile); before != line.end()) {
      return std::unexpected(circle({before, line.end()}));
    }
    line.push_back(profile);
    if (!profile->inherits) return line;
    place = &*profile->inherits;
  }
}

// The settings that the project's file may not add to the caller's profile of this name.
std::vector<SettingError> refused_of(const Profile& profile) {
  std::vector<SettingError> errors;
  const auto refuse = [&](const Given& place, std::string_view name) {
    errors.push_back(error_at(place, fmt::format("'{}' cannot be added to profile '{}', which your own settings file "
                                                 "has; choose another name for the project's",
                                                 name, profile.name)));
  };
  if (!profile.inherits.text.empty()) refuse(profile.inherits, "inherits");
  for (const std::string_view name : profile.settings.names()) {
    const Setting* setting = find(name);
    if (setting != nullptr && setting->project == InProject::allowed) continue;
    const Given* given = profile.settings.last(name);
    refuse(given == nullptr ? profile.place : *given, name);
  }
  return errors;
}

}  // namespace

std::vector<ProfileSummary> profiles(std::span<const SettingsFile> files) {
  std::vector<ProfileSummary> all;
  for (const SettingsFile& file : files) {
    for (const Profile& profile : file.profiles) {
      auto known = std::ranges::find(all, profile.name, &ProfileSummary::name);
      if (known == all.end()) known = all.insert(known, ProfileSummary{.name = profile.name, .whose = file.whose});
      if (file.whose == FileOf::project && known->whose == FileOf::caller) known->refused = refused_of(profile);
      known->place = profile.place;
      if (!profile.description.empty()) known->description = profile.description;
      if (!profile.inherits.text.empty()) known->inherits = profile.inherits;
      known->settings.override_with(profile.settings);
    }
  }
  std::ranges::sort(all, {}, &ProfileSummary::name);
  return all;
}

std::vector<SettingError> check_profiles(std::span<const SettingsFile> files) {
  const std::vector<ProfileSummary> all = profiles(files);
  std::vector<SettingError> errors;
  for (const ProfileSummary& profile : all) {
    errors.insert(errors.end(), profile.refused.begin(), profile.refused.end());
    const auto line = ancestry(all, profile.place);
    if (line) continue;
    const auto same = [&](const SettingError& error) { return error.message == line.error().message; };
    if (std::ranges::none_of(errors, same)) errors.push_back(line.error());
  }
  return errors;
}

const Given* profile_asked(const Layer& flags, const Layer& variables) {
  const Given* asked = flags.last("profile");
  return asked != nullptr ? asked : variables.last("profile");
}

std::expected<Joined, SettingError> join(const Sources& sources) {
  // Profiles are only joined if one is requested: most calls request none.
  const bool asked = profile_asked(sources.flags, sources.variables) != nullptr;
  return join(sources, asked ? profiles(sources.files) : std::vector<ProfileSummary>());
}

std::expected<Joined, SettingError> join(const Sources& sources, const std::vector<ProfileSummary>& all) {
  Joined joined;
  for (const SettingsFile& file : sources.files) joined.layer.override_with(file.defaults);
  if (const Given* asked = profile_asked(sources.flags, sources.variables); asked != nullptr) {
    const auto line = ancestry(all, *asked);
    if (!line) return std::unexpected(line.error());
    for (const ProfileSummary* each : *line) {
      if (!each->refused.empty()) return std::unexpected(each->refused.front());
    }
    for (auto each = line->rbegin(); each != line->rend(); ++each) joined.layer.override_with((*each)->settings);
  }
  Layer variables = sources.variables;
  // A command on the command line overrides a shell line, script or interpreter from a variable.
  if (!sources.words.empty()) {
    for (const std::string_view form : {"shell-line", "script", "interpreter"}) variables.remove(form);
  }
  joined.layer.override_with(variables);
  joined.layer.override_with(sources.flags);
  joined.command = joined.layer.all(kCommand);
  joined.layer.remove(kCommand);
  for (const Given& word : joined.command) joined.words.push_back(word.text);
  joined.words.insert(joined.words.end(), sources.words.begin(), sources.words.end());
  return joined;
}

}  // namespace oversee::settings
