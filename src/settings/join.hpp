// Joins all sources of settings by their precedence.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "settings/layer.hpp"
#include "settings/setting_error.hpp"
#include "settings/settings_file.hpp"

namespace oversee::settings {

struct Sources {
  std::vector<SettingsFile> files;  // the weakest first
  Layer variables;
  Layer flags;
  std::vector<std::string> words;  // the call's, behind its flags
};

// What one run is to follow.
struct Joined {
  Layer layer;                     // without kCommand
  std::vector<std::string> words;  // the profile's command, where it has one, and the call's behind it
  std::vector<Given> command;      // the profile's alone, for who asks where it came from
};

// One profile as all files have it, what it inherits left out.
struct ProfileSummary {
  std::string name;
  std::string description = {};
  Given place = {};  // in the strongest of the files
  std::optional<Given> inherits = {};
  Layer settings = {};
  FileOf whose = FileOf::caller;  // the caller's, where one of the caller's files has it at all
  std::vector<SettingError> refused = {};
};

// Later wins: the files' defaults, the profile, variables, flags. A profile is what all files say of it, joined in the
// same order, on top of the one that it inherits. Fails where there is no such profile, its inheritance is a circle, or
// a project's file adds to one of the caller's what its defaults may not have: who asks for their own by name does not
// ask for what a directory makes of it.
std::expected<Joined, SettingError> join(const Sources& sources);

// The same for who joins often: with what profiles() says of the files.
std::expected<Joined, SettingError> join(const Sources& sources, const std::vector<ProfileSummary>& profiles);

// The profile that flags or variables ask for; null where none.
const Given* profile_asked(const Layer& flags, const Layer& variables);

// All profiles, by name.
std::vector<ProfileSummary> profiles(std::span<const SettingsFile> files);

// What is wrong with them beside their values, all of it.
std::vector<SettingError> check_profiles(std::span<const SettingsFile> files);

}  // namespace oversee::settings
