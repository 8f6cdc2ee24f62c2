// Shows each setting and its origin: for --explain and oversee check.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "match/masks.hpp"
#include "settings/join.hpp"
#include "settings/resolve.hpp"
#include "settings/settings_file.hpp"

namespace oversee::cli {

// Performs --explain; returns the exit status.
int explain(const settings::Settings& settings, const settings::Joined& joined,
            std::span<const settings::SettingsFile> files);

// The input of the explanation. References must outlive the call.
struct Explained {
  std::vector<std::string> argv;  // the command; empty: none was given
  std::string directory;          // the command's working directory
  const settings::Joined& joined;
  std::span<const settings::SettingsFile> files;
  const match::Masks& masks;
  std::string timeout = {};  // the value of "auto", or why there is none; empty: not requested
};

// A table for users: the command, the settings given, and the built-in values.
std::string explain_text(const Explained& explained);

std::string explain_json(const Explained& explained);

}  // namespace oversee::cli
