// The table of settings: each is declared here once, and every list of settings derives from it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oversee::settings {

// The type of a value: determines its completion and its TOML types.
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
  variable,    // the name of an environment variable
  assignment,  // K=V
  causes,
  codes,
  profile
};

enum class Group : std::uint8_t { command, time, retry, limits, output, run, settings };

// Where a setting may be given.
enum class Scope : std::uint8_t {
  file,     // anywhere: flag, variable, [defaults] and profiles of a settings file
  profile,  // not in [defaults]: defines the command, which each call or profile must name itself
  call,     // by flag or variable: selects which files and profiles are read
  flag      // only by flag
};

// Whether a project's [defaults] may set it: they apply to every run in the directory without a request, and may come
// from a stranger (docs/decisions/009-what-a-project-may-set.md).
enum class InProject : std::uint8_t {
  undecided,  // not used by any row
  allowed,    // it limits, paces or shows
  refused     // it executes, names or removes a file, or changes the environment, the verdict or the target of a stop
};

struct Setting {
  std::string_view name;  // the long flag, the TOML key, and the variable (upper case after OVERSEE_)
  char letter = 0;        // the short flag; 0: none
  Kind kind = Kind::text;
  std::string_view metavar = {};
  std::string_view built_in = {};  // in written form; empty: none
  Group group = Group::run;
  std::string_view help = {};         // one sentence without a full stop
  std::string_view choices = {};      // with Kind::choice, separated by '|'
  std::string_view suggestions = {};  // completions besides those of the kind, separated by '|'
  bool repeatable = false;            // each use adds a value; else the last one counts
  bool adds_up = false;               // values of all sources count; no source removes those of a weaker one
  Scope scope = Scope::file;
  // It identifies one run or its files. The command must not inherit the variable: a nested oversee would overwrite our
  // log.
  bool names_one_run = false;
  InProject project = InProject::undecided;
};

// In the order of the help.
std::span<const Setting> table();

const Setting* find(std::string_view name);

// The settings that exclude this one: from one source they are an error, else the stronger source wins.
std::vector<std::string_view> rivals(std::string_view name);

std::string_view title(Group group);

// All groups, in the order of the help.
std::span<const Group> groups();

// "duration" for Kind::duration, and so on; for programs that read the table.
std::string_view name_of(Kind kind);
std::string_view name_of(Group group);
std::string_view name_of(Scope scope);
std::string_view name_of(InProject project);

// "OVERSEE_KILL_AFTER" for "kill-after".
std::string variable_of(const Setting& setting);

}  // namespace oversee::settings
