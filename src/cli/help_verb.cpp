// oversee help: prints sections of the manual, groups of settings and single settings. A group and a section may share
// a name: then both are printed.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "cli/console.hpp"
#include "cli/help.hpp"
#include "cli/help_topics.hpp"
#include "cli/verbs.hpp"
#include "model/nearest_word.hpp"
#include "model/outcome.hpp"
#include "settings/table.hpp"

namespace oversee::cli {
namespace {

constexpr std::array kHelpOptions{
    VerbOption{"names", 0, "", "The names of all topics alone, one a line"},
};

// All names of help topics, without duplicates.
std::vector<std::string_view> names() {
  std::vector<std::string_view> all;
  const auto add = [&](std::string_view name) {
    if (std::ranges::find(all, name) == all.end()) all.push_back(name);
  };
  for (const HelpTopic& topic : help_topics()) add(topic.name);
  for (const settings::Group group : settings::groups()) add(name_of(group));
  for (const Verb* verb : verbs()) add(verb->name);
  for (const settings::Setting& setting : settings::table()) add(setting.name);
  return all;
}

std::string line_of(std::string_view name, std::string_view summary) {
  return fmt::format("  {:<14}{}\n", name, summary);
}

std::string list_of_topics() {
  std::string text = "usage: oversee help TOPIC\n\nSections of the manual pages:\n";
  for (const HelpTopic& topic : help_topics()) text += line_of(topic.name, topic.summary);
  text += "\nOptions, by groups:\n";
  for (const settings::Group group : settings::groups()) text += line_of(name_of(group), settings::title(group));
  text += "\nVerbs:\n";
  for (const Verb* verb : verbs()) text += line_of(verb->name, verb->summary);
  return text + "\nAnd each option by its long name: oversee help timeout.\n";
}

// Empty if the name is unknown.
std::string texts_of(std::string_view name) {
  std::vector<std::string> parts;
  for (const settings::Group group : settings::groups()) {
    if (name_of(group) == name) parts.push_back(group_help(group));
  }
  if (const settings::Setting* setting = settings::find(name)) parts.push_back(setting_help(*setting));
  if (const Verb* verb = find_verb(name)) parts.push_back(help_of(*verb));
  for (const HelpTopic& topic : help_topics()) {
    if (topic.name == name) parts.emplace_back(topic.text);
  }
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "\n") + part;
  return text;
}

// Section titles in the manual are in capitals, so accept them here.
std::string in_small_letters(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

int help(const VerbArguments& arguments) {
  if (arguments.has("names")) {
    std::string list;
    for (const std::string_view name : names()) list += fmt::format("{}\n", name);
    return print(list);
  }
  if (arguments.operands.empty()) return print(list_of_topics());
  const std::string name = in_small_letters(arguments.operands.front());
  const std::string text = texts_of(name);
  if (!text.empty()) return print(text);
  const std::string_view near = model::nearest(name, names());
  say(near.empty() ? fmt::format("no such topic: {}; oversee help lists them", arguments.operands.front())
                   : fmt::format("no such topic: {}; did you mean {}?", arguments.operands.front(), near));
  return model::kExitOwnFailure;
}

}  // namespace

const Verb kHelpVerb{
    .name = "help",
    .operands = "[TOPIC]",
    .operand_count = 1,
    .summary = "Read about a topic, such as exit-status; without one, list them",
    .options = kHelpOptions,
    .run = help,
};

}  // namespace oversee::cli
