// Finds and reads the settings files that apply here.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "settings/join.hpp"
#include "settings/layer.hpp"
#include "settings/settings_file.hpp"

namespace oversee::cli {

// All environment variables of this process as "K=V".
std::vector<std::string> own_environment();

// The OVERSEE_* variables of this process.
settings::Layer own_variables();

// The user's settings file, $XDG_CONFIG_HOME/oversee/config.toml or below ~/.config; empty without a home directory.
std::string user_settings_path();

// Whether read_settings_files() is certain to find none, as the kernel tells without asking a file system. Never
// blocks.
bool surely_has_no_settings_files(const settings::Layer& flags, const settings::Layer& variables);

// The files in increasing precedence; with --config only that file, with --no-config none. A file that cannot be read,
// or that another user could have written, is returned with an error and without settings.
std::vector<settings::SettingsFile> read_settings_files(const settings::Layer& flags, const settings::Layer& variables);

// Reads one file: with a project file's restrictions if it is the project's, else as with --config.
settings::SettingsFile read_checked_settings(const std::string& path);

// All errors in the files, in order.
std::vector<settings::SettingError> errors_of(const std::vector<settings::SettingsFile>& files);

// Prints the first error with its source line, and the number of further errors.
void say(const std::vector<settings::SettingError>& errors);
void say(const settings::SettingError& error);

}  // namespace oversee::cli
