// Usage, help and version texts.
#pragma once

#include <span>
#include <string>

#include "cli/verbs.hpp"
#include "settings/table.hpp"

namespace oversee::cli {

std::string version_text();

// The complete help in 80 columns, from the table of settings.
std::string help_text();

// The help of one group of settings, with its title.
std::string group_help(settings::Group group);

// The help of one setting, and where else it can be set.
std::string setting_help(const settings::Setting& setting);

// The help of a verb with all its options.
std::string verb_help_text(const Verb& verb, std::span<const VerbOption> options);

// A short usage with examples, for a call without arguments.
std::string short_usage();

// The first argument that requests the listing.
inline constexpr const char* kListSettings = "@settings";

// Lists one setting per line, with tab-separated fields: name, letter, flag or value, metavar, built-in value, choices,
// kind, group, once or again, scope, suggestions, help, the excluded settings, the group's title, whether a project's
// [defaults] may set it. src/listings.py reads it to generate the manual's options and the completions, and to test the
// documents.
std::string settings_listing();

}  // namespace oversee::cli
