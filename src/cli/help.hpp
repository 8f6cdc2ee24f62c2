// What oversee says about itself: usage, help, version.
#pragma once

#include <span>
#include <string>

#include "cli/verbs.hpp"
#include "settings/table.hpp"

namespace oversee::cli {

std::string version_text();

// The whole help, 80 columns, from the table of settings.
std::string help_text();

// Its part about one group of settings, with the group's title.
std::string group_help(settings::Group group);

// One setting: its line there, and where else it can be set.
std::string setting_help(const settings::Setting& setting);

// The same of a verb with all its options.
std::string verb_help_text(const Verb& verb, std::span<const VerbOption> options);

// A few lines with examples, for a call without arguments.
std::string short_usage();

// The first argument that asks for the listing below.
inline constexpr const char* kListSettings = "@settings";

// One line a setting, fields separated by tabs: name, letter, flag or value, metavar, built-in value, choices, kind,
// group, once or again, scope, suggestions, help, the settings that cannot stand beside it, the group's title, whether
// a project's [defaults] may have it. What is made of the table outside this program reads it here (src/listings.py):
// the man page's options, the completions, the tests that hold documents against it.
std::string settings_listing();

}  // namespace oversee::cli
