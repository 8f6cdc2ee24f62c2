// A settings file: its defaults and its profiles as layers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "settings/layer.hpp"
#include "settings/setting_error.hpp"

namespace oversee::settings {

inline constexpr std::string_view kSettingsFileName = "oversee.toml";

struct Profile {
  std::string name;
  Given place;              // where it begins; its text is the name, too
  std::size_t line = 0;     // there
  std::string description;  // one line for people; empty: none
  // The profile whose values it starts from. Its text is that one's name; empty: none.
  Given inherits;
  Layer settings;  // its command among them, behind kCommand
};

// Whose word a file is.
enum class FileOf : std::uint8_t {
  caller,  // the machine's, the user's, or one that the call names
  project  // found in the working directory or above it: a stranger may have written it
};

struct SettingsFile {
  std::string path;  // as messages show it
  FileOf whose = FileOf::caller;
  Layer defaults;
  std::vector<Profile> profiles;     // in the file's order
  std::vector<SettingError> errors;  // what is wrong with it as a file; its values are judged when they are resolved
};

// Reads TOML (toml.io, version 1.0). Of a project's file, what its [defaults] may not have is an error.
SettingsFile read_settings_file(std::string path, std::string_view text, FileOf whose);

}  // namespace oversee::settings
