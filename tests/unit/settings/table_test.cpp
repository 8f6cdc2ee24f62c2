// Tests invariants of every row in the table of settings, on which flags, variables, help and completions rely.
#include "settings/table.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "model/nearest_word.hpp"
#include "model/outcome.hpp"

namespace oversee::settings {
namespace {

TEST_CASE("settings table: completions offer each reason that takes a code") {
  for (std::size_t i = 0; i < model::kReasons; ++i) {
    const std::string offered = fmt::format("|{}=|", to_string(static_cast<model::Reason>(i)));
    CAPTURE(offered);
    CHECK(fmt::format("|{}|", find("exit-code")->suggestions).find(offered) != std::string::npos);
  }
}

TEST_CASE("settings table: names are unique as flag, variable and key") {
  std::set<std::string_view> names;
  std::set<std::string> variables;
  for (const Setting& setting : table()) {
    CAPTURE(setting.name);
    CHECK(names.insert(setting.name).second);
    CHECK(variables.insert(variable_of(setting)).second);
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    CHECK(std::ranges::all_of(setting.name, fits));
    CHECK((setting.name.front() >= 'a' && setting.name.front() <= 'z'));
    CHECK_FALSE(setting.name.ends_with('-'));
    CHECK_FALSE((setting.name == "help" || setting.name == "version"));
  }
  CHECK(names.size() > 10);
}

TEST_CASE("settings table: letters are unique, and differ from those of help and version") {
  std::set<char> letters{'h', 'V'};
  for (const Setting& setting : table()) {
    if (setting.letter == 0) continue;
    CAPTURE(setting.name);
    CHECK(letters.insert(setting.letter).second);
    CHECK(((setting.letter >= 'a' && setting.letter <= 'z') || (setting.letter >= 'A' && setting.letter <= 'Z')));
  }
}

TEST_CASE("settings table: no variable equals one that the command receives") {
  for (const Setting& setting : table()) {
    const std::string variable = variable_of(setting);
    for (const std::string_view given :
         {"OVERSEE_RUN_ID", "OVERSEE_ATTEMPT", "OVERSEE_ATTEMPTS", "OVERSEE_LOG_FILE", "OVERSEE_PID"}) {
      CHECK(variable != given);
    }
  }
}

TEST_CASE("settings table: each row fits its kind and has a help text") {
  for (const Setting& setting : table()) {
    CAPTURE(setting.name);
    CHECK(setting.metavar.empty() == (setting.kind == Kind::flag));
    CHECK(setting.choices.empty() == (setting.kind != Kind::choice));
    CHECK_FALSE(name_of(setting.kind).empty());
    CHECK_FALSE(name_of(setting.scope).empty());
    if (setting.kind == Kind::flag) CHECK_FALSE(setting.repeatable);
    CHECK_FALSE(setting.help.empty());
    CHECK((!setting.help.ends_with('.') || setting.help.ends_with("...")));
    CHECK(std::ranges::none_of(setting.help, [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
    if (setting.kind == Kind::choice) {
      CHECK(("|" + std::string(setting.choices) + "|").find("|" + std::string(setting.built_in) + "|") !=
            std::string::npos);
    }
  }
}

TEST_CASE("settings table: rows of a group are adjacent, and each group has a title") {
  std::vector<Group> groups;
  for (const Setting& setting : table()) {
    if (groups.empty() || groups.back() != setting.group) groups.push_back(setting.group);
  }
  CHECK((std::set<Group>(groups.begin(), groups.end()).size() == groups.size()));
  for (const Group group : groups) CHECK_FALSE(title(group).empty());
}

TEST_CASE("settings table: a row is found only by its whole name") {
  for (const Setting& setting : table()) CHECK(find(setting.name) == &setting);
  for (const std::string_view name : {"", "time", "timeouts", "Timeout", "--timeout", "t"}) {
    CHECK(find(name) == nullptr);
  }
}

TEST_CASE("settings table: rivals exist and are symmetric") {
  for (const Setting& setting : table()) {
    for (const std::string_view rival : rivals(setting.name)) {
      CAPTURE(setting.name);
      CAPTURE(rival);
      if (rival == "command") continue;  // a key of profiles, not a flag
      REQUIRE(find(rival) != nullptr);
      CHECK(rival != setting.name);
      const auto back = rivals(rival);
      CHECK(std::ranges::find(back, setting.name) != back.end());
    }
  }
  CHECK((rivals("stop") == std::vector<std::string_view>{"signal", "kill-after"}));
  CHECK(rivals("timeout").empty());
  CHECK(rivals("no such setting").empty());
}

TEST_CASE("settings table: the variable of a name") {
  CHECK(variable_of(*find("timeout")) == "OVERSEE_TIMEOUT");
  CHECK(variable_of(*find("kill-after")) == "OVERSEE_KILL_AFTER");
}

TEST_CASE("nearest: doubling a letter finds the setting, omitting one finds some setting") {
  std::vector<std::string_view> names;
  for (const Setting& setting : table()) names.push_back(setting.name);
  for (const std::string_view name : names) {
    for (std::size_t i = 0; i < name.size(); ++i) {
      std::string typed(name);
      typed.insert(i, 1, typed[i]);
      CAPTURE(typed);
      CHECK(model::nearest(typed, names) == name);
      typed.erase(i, 2);
      if (typed.size() >= 5) CHECK_FALSE(model::nearest(typed, names).empty());
    }
  }
}

}  // namespace
}  // namespace oversee::settings
