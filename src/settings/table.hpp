// The one table of settings: each is declared here once, and everybody who needs a list of them reads this one.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oversee::settings {

// What a value is: how it is completed, and which types of TOML it may have.
enum class Kind : std::uint8_t {
  flag,
  text,
  path,
  directory,
  program,
  duration,
  size,
  number,
  signal,
  ladder,
  choice,
  variable,    // the name of one
  assignment,  // K=V
  causes,
  codes,
  profile
};

enum class Group : std::uint8_t { command, time, retry, limits, output, run, settings };

// Where a setting can be given.
enum class Scope : std::uint8_t {
  file,     // anywhere: flag, variable, [defaults] and profiles of a settings file
  profile,  // not in [defaults]: it is the command, which each call or profile names for itself
  call,     // by flag or variable: it says which files and profiles are read
  flag      // by flag alone
};

// Whether a project's [defaults] may have it: they hold for every run in a directory that a stranger may have written,
// without being asked for (docs/decisions/009-what-a-project-may-set.md).
enum class InProject : std::uint8_t {
  undecided,  // of no row
  allowed,    // it limits, paces or shows
  refused     // it executes, names a file, removes one, or changes the environment, the verdict or what is stopped
};

struct Setting {
  std::string_view name;  // the long flag, the TOML key, and (in capitals behind OVERSEE_) the variable
  char letter = 0;        // the short flag; 0: none
  Kind kind = Kind::text;
  std::string_view metavar = {};
  std::string_view built_in = {};  // as it would be written; empty: none
  Group group = Group::run;
  std::string_view help = {};         // one sentence without its full stop
  std::string_view choices = {};      // with Kind::choice, separated by '|'
  std::string_view suggestions = {};  // what completions offer beside what the kind says, separated by '|'
  bool repeatable = false;            // each time adds; else the last one counts
  bool adds_up = false;               // the values of all sources count; none takes those of a weaker one back
  Scope scope = Scope::file;
  // It says what one run is, or where its files go. Its variable is not for the command: an oversee in there would
  // write over our log.
  bool names_one_run = false;
  InProject project = InProject::undecided;
};

// In the order in which help shows them.
std::span<const Setting> table();

const Setting* find(std::string_view name);

// The settings that cannot stand beside this one: side by side they are an error, else the stronger source wins.
std::vector<std::string_view> rivals(std::string_view name);

std::string_view title(Group group);

// All groups, in the order in which help shows them.
std::span<const Group> groups();

// "duration" for Kind::duration, and so on; for those who read the table from outside.
std::string_view name_of(Kind kind);
std::string_view name_of(Group group);
std::string_view name_of(Scope scope);
std::string_view name_of(InProject project);

// "OVERSEE_KILL_AFTER" for "kill-after".
std::string variable_of(const Setting& setting);

}  // namespace oversee::settings
