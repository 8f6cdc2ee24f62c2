// Facts about settings besides their rows.
#include "settings/table.hpp"

#include <algorithm>
#include <array>

namespace oversee::settings {
namespace {

struct Rivals {
  std::string_view one, other;
};

constexpr std::array kRivals{
    Rivals{"shell-line", "script"},
    Rivals{"shell-line", "command"},
    Rivals{"script", "command"},
    Rivals{"stop", "signal"},
    Rivals{"stop", "kill-after"},
    Rivals{"log", "log-dir"},
    Rivals{"no-log", "log"},
    Rivals{"no-log", "log-dir"},
    Rivals{"no-log", "log-required"},
    Rivals{"quiet", "show"},
    Rivals{"quiet", "summary"},
    Rivals{"pty", "no-log"},
    Rivals{"require-cgroup", "cgroup"},
    Rivals{"repeat", "log"},
    Rivals{"repeat", "stdout-file"},
    Rivals{"repeat", "stderr-file"},
    Rivals{"repeat", "json"},
    Rivals{"repeat", "junit"},
    Rivals{"repeat", "markdown"},
    Rivals{"repeat", "events"},
    Rivals{"detach", "repeat"},
    Rivals{"config", "no-config"},
};

}  // namespace

const Setting* find(std::string_view name) {
  const std::span<const Setting> all = table();
  const auto found = std::ranges::find(all, name, &Setting::name);
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string_view> rivals(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Rivals& pair : kRivals) {
    if (pair.one == name) names.push_back(pair.other);
    if (pair.other == name) names.push_back(pair.one);
  }
  return names;
}

std::string_view title(Group group) {
  switch (group) {
    case Group::command: return "What to run";
    case Group::time: return "How long";
    case Group::retry: return "When it fails";
    case Group::limits: return "Limits";
    case Group::output: return "What is kept and shown";
    case Group::run: return "The run";
    case Group::settings: return "Settings and profiles";
  }
  return "";
}

std::span<const Group> groups() {
  static constexpr std::array kGroups{Group::command, Group::time, Group::retry,   Group::limits,
                                      Group::output,  Group::run,  Group::settings};
  return kGroups;
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::flag: return "flag";
    case Kind::text: return "text";
    case Kind::path: return "path";
    case Kind::directory: return "directory";
    case Kind::program: return "program";
    case Kind::duration: return "duration";
    case Kind::size: return "size";
    case Kind::number: return "number";
    case Kind::signal: return "signal";
    case Kind::ladder: return "ladder";
    case Kind::choice: return "choice";
    case Kind::variable: return "variable";
    case Kind::assignment: return "assignment";
    case Kind::causes: return "causes";
    case Kind::codes: return "codes";
    case Kind::profile: return "profile";
  }
  return "";
}

std::string_view name_of(Group group) {
  switch (group) {
    case Group::command: return "command";
    case Group::time: return "time";
    case Group::retry: return "retry";
    case Group::limits: return "limits";
    case Group::output: return "output";
    case Group::run: return "run";
    case Group::settings: return "settings";
  }
  return "";
}

std::string_view name_of(Scope scope) {
  switch (scope) {
    case Scope::file: return "file";
    case Scope::profile: return "profile";
    case Scope::call: return "call";
    case Scope::flag: return "flag";
  }
  return "";
}

std::string_view name_of(InProject project) {
  switch (project) {
    case InProject::undecided: return "undecided";
    case InProject::allowed: return "allowed";
    case InProject::refused: return "refused";
  }
  return "";
}

std::string variable_of(const Setting& setting) {
  std::string name = "OVERSEE_";
  for (const char c : setting.name) {
    const bool lower = c >= 'a' && c <= 'z';
    name += c == '-' ? '_' : lower ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

}  // namespace oversee::settings
