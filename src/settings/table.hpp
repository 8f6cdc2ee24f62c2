// The one table of settings: each is declared here once, and everybody who needs a list of them reads this one.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oversee::settings {

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
  assignment
};

enum class Group : std::uint8_t { command, time, retry, limits, output, run };

struct Setting {
  std::string_view name;  // the long flag, the TOML key, and (in capitals behind OVERSEE_) the variable
  char letter;            // the short flag; 0: none
  Kind kind;
  std::string_view metavar;
  std::string_view built_in;  // as it would be written; empty: none
  Group group;
  std::string_view help;     // one sentence without its full stop
  std::string_view choices;  // with Kind::choice, separated by '|'
  bool repeatable;           // each time adds; else the last one counts
};

// In the order in which help shows them.
std::span<const Setting> table();

const Setting* find(std::string_view name);

// The settings that cannot stand beside this one: side by side they are an error, else the stronger source wins.
std::vector<std::string_view> rivals(std::string_view name);

// Whether the setting says what one run is and where its files go. Its variable is not for the command: an oversee in
// there would write over our log.
bool names_one_run(std::string_view name);

std::string_view title(Group group);

// "OVERSEE_KILL_AFTER" for "kill-after".
std::string variable_of(const Setting& setting);

// The nearest word to a mistyped one; empty where none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace oversee::settings
