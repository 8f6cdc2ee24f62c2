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
  Given place;              // where it begins; its text is the name
  std::size_t line = 0;     // of `place`
  std::string description;  // one line for people; empty: none
  // The profile that this one extends. The text is its name; empty: none.
  Given inherits;
  Layer settings;  // includes the command, under kCommand
};

// The owner of a file, which decides how far it is trusted.
enum class FileOf : std::uint8_t {
  caller,  // the machine's, the user's, or named in the call
  project  // found in or above the working directory: may come from a stranger
};

struct SettingsFile {
  std::string path;  // as messages show it
  FileOf whose = FileOf::caller;
  Layer defaults;
  std::vector<Profile> profiles;     // in file order
  std::vector<SettingError> errors;  // errors of syntax and keys; values are checked when they are resolved
};

// Parses TOML (toml.io, version 1.0). In a project's file, settings that its [defaults] may not have are errors.
SettingsFile read_settings_file(std::string path, std::string_view text, FileOf whose);

}  // namespace oversee::settings
