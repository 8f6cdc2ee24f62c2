// Where each setting came from: --explain, and what oversee check shows.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "match/masks.hpp"
#include "settings/join.hpp"
#include "settings/resolve.hpp"
#include "settings/settings_file.hpp"

namespace oversee::cli {

// Does what --explain asks for; returns what oversee exits with.
int explain(const settings::Settings& settings, const settings::Joined& joined,
            std::span<const settings::SettingsFile> files);

// What is explained. All of it is the caller's and outlives the call.
struct Explained {
  std::vector<std::string> argv;  // what would be run; empty: no command was given
  std::string directory;          // where
  const settings::Joined& joined;
  std::span<const settings::SettingsFile> files;
  const match::Masks& masks;
  std::string timeout = {};  // what "auto" comes to, or why it comes to nothing; empty: it was not asked for
};

// A table for people: the command, what is set, and what is built in.
std::string explain_text(const Explained& explained);

std::string explain_json(const Explained& explained);

}  // namespace oversee::cli
