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
  std::vector<SettingsFile> files;  // weakest first
  Layer variables;
  Layer flags;
  std::vector<std::string> words;  // the words of the call after its flags
};

// The joined settings of one run.
struct Joined {
  Layer layer;                     // without kCommand
  std::vector<std::string> words;  // the profile's command, if any, followed by the call's words
  std::vector<Given> command;      // only the profile's command, with its places
};

// One profile, joined from all files, without inherited values.
struct ProfileSummary {
  std::string name;
  std::string description = {};
  Given place = {};  // in the strongest file
  std::optional<Given> inherits = {};
  Layer settings = {};
  FileOf whose = FileOf::caller;  // caller, if at least one of the caller's files defines it
  std::vector<SettingError> refused = {};
};

// Later sources win: the files' defaults, the profile, variables, flags. A profile is joined from all files in the same
// order, on top of its parent. Fails if the profile does not exist, if inheritance has a cycle, or if a project's file
// adds a setting to a caller's profile that project defaults may not have: a user who requests their own profile by
// name does not request a directory's additions.
std::expected<Joined, SettingError> join(const Sources& sources);

// The same with the result of profiles(), for callers that join repeatedly.
std::expected<Joined, SettingError> join(const Sources& sources, const std::vector<ProfileSummary>& profiles);

// The profile that flags or variables request; null without one.
const Given* profile_asked(const Layer& flags, const Layer& variables);

// All profiles, sorted by name.
std::vector<ProfileSummary> profiles(std::span<const SettingsFile> files);

// All errors in the profiles except those in values.
std::vector<SettingError> check_profiles(std::span<const SettingsFile> files);

}  // namespace oversee::settings
