// Finds and reads the settings files that count here.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "settings/join.hpp"
#include "settings/layer.hpp"
#include "settings/settings_file.hpp"

namespace oversee::cli {

// "K=V", all variables of this process.
std::vector<std::string> own_environment();

// Its OVERSEE_* variables.
settings::Layer own_variables();

// Where a user's own settings file is: $XDG_CONFIG_HOME/oversee/config.toml; empty where there is no home.
std::string user_settings_path();

// The files' contents, the weakest first; with --config that file alone, with --no-config none. A file that cannot be
// read, or that somebody else could have written, comes with that as its error and without settings.
std::vector<settings::SettingsFile> read_settings_files(const settings::Layer& flags, const settings::Layer& variables);

// That file alone: as a run here would read it where it is the project's, else as with --config.
settings::SettingsFile read_checked_settings(const std::string& path);

// All that is wrong with the files themselves, in their order.
std::vector<settings::SettingError> errors_of(const std::vector<settings::SettingsFile>& files);

// Says the first on stderr, with the line it is about, and how many more there are.
void say(const std::vector<settings::SettingError>& errors);
void say(const settings::SettingError& error);

}  // namespace oversee::cli
