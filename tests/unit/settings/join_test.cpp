// Tests joining sources: precedence, inheritance, and the source of the command.
#include "settings/join.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace oversee::settings {
namespace {

using Texts = std::vector<std::string>;

Texts texts(const std::vector<Given>& list) {
  Texts all;
  for (const Given& given : list) all.push_back(given.text);
  return all;
}

using Written = std::vector<std::pair<std::string, std::string>>;

Layer flags(const Written& list) {
  Layer layer;
  for (const auto& [name, text] : list) layer.add(name, {text, "--" + name});
  return layer;
}

Layer variables(const Written& list) {
  Layer layer;
  for (const auto& [name, text] : list) layer.add(name, {text, variable_of(*find(name)), Origin::variable});
  return layer;
}

Joined joined(const Sources& sources) {
  auto result = join(sources);
  const std::string error = result ? "" : result.error().message;
  CAPTURE(error);
  REQUIRE(result.has_value());
  return *result;
}

std::string refusal(const Sources& sources) {
  const auto result = join(sources);
  return result ? "" : result.error().message;
}

const std::string_view kMachine = "[defaults]\ntimeout = \"1s\"\n[profile.ci]\ntimeout = \"5s\"\nretries = 5\n";
const std::string_view kUser = "[defaults]\ntimeout = \"2s\"\nname = \"user\"\n";
const std::string_view kProject =
    "[defaults]\ntimeout = \"3s\"\n[profile.ci]\nretries = 4\n"
    "[profile.test]\ninherits = \"ci\"\ncommand = [\"make\", \"test\"]\nenv = { A = \"1\" }\n"
    "[profile.deep]\ninherits = \"test\"\nenv = { B = \"2\" }\nretries = 9\n"
    "[profile.line]\ninherits = \"test\"\nshell-line = \"a | b\"\n";

SettingsFile read(std::string path, std::string_view text, FileOf whose = FileOf::caller) {
  return read_settings_file(std::move(path), text, whose);
}

std::vector<SettingsFile> files() {
  return {read("machine", kMachine), read("user", kUser), read("project", kProject)};
}

TEST_CASE("join: later sources win, from the machine's file to the flags") {
  const auto timeout = [](const Joined& all) { return all.layer.last("timeout")->text; };
  CHECK(timeout(joined({{read("machine", kMachine)}, {}, {}, {"a"}})) == "1s");
  CHECK(timeout(joined({files(), {}, {}, {"a"}})) == "3s");
  CHECK(timeout(joined({files(), {}, flags({{"profile", "ci"}}), {"a"}})) == "5s");
  CHECK(timeout(joined({files(), variables({{"timeout", "6s"}}), flags({{"profile", "ci"}}), {"a"}})) == "6s");
  const Joined all =
      joined({files(), variables({{"timeout", "6s"}}), flags({{"profile", "ci"}, {"timeout", "7s"}}), {"a"}});
  CHECK(timeout(all) == "7s");
  CHECK(texts(all.layer.overridden("timeout")) == Texts{"1s", "2s", "3s", "5s", "6s"});
  CHECK(all.layer.last("name")->where == "user:3:8");
}

TEST_CASE("join: a profile is requested by flag or variable, and the flag wins") {
  CHECK(joined({files(), variables({{"profile", "ci"}}), {}, {"a"}}).layer.last("retries")->text == "4");
  const Joined both = joined({files(), variables({{"profile", "ci"}}), flags({{"profile", "deep"}}), {"a"}});
  CHECK(both.layer.last("retries")->text == "9");
}

TEST_CASE("join: a profile is joined from several files, and inheritance may have several steps") {
  const Joined all = joined({files(), {}, flags({{"profile", "deep"}}), {"more"}});
  CHECK(all.layer.last("timeout")->text == "5s");
  CHECK(all.layer.last("timeout")->profile == "ci");
  CHECK(all.layer.last("retries")->text == "9");
  CHECK(texts(all.layer.overridden("retries")) == Texts{"5", "4"});
  CHECK(texts(all.layer.all("env")) == Texts{"A=1", "B=2"});
  CHECK(all.words == Texts{"make", "test", "more"});
  CHECK(all.command.front().where == "project:7:12");
  CHECK(all.layer.last(kCommand) == nullptr);
}

TEST_CASE("join: a form of the command replaces that of a weaker source") {
  const Joined line = joined({files(), {}, flags({{"profile", "line"}}), {"x"}});
  CHECK(line.layer.last("shell-line")->text == "a | b");
  CHECK(line.words == Texts{"x"});
  const Joined flag = joined({files(), {}, flags({{"profile", "test"}, {"shell-line", "c"}}), {"x"}});
  CHECK(flag.layer.last("shell-line")->text == "c");
  CHECK(flag.words == Texts{"x"});
}

TEST_CASE("join: a command on the command line overrides a form from a variable") {
  CHECK(joined({{}, variables({{"script", "s"}}), {}, {"true"}}).layer.last("script") == nullptr);
  CHECK(joined({{}, variables({{"script", "s"}}), {}, {}}).layer.last("script") != nullptr);
}

TEST_CASE("join: no such profile") {
  CHECK(refusal({files(), {}, flags({{"profile", "tset"}}), {}}) ==
        "--profile: no such profile: 'tset'; did you mean 'test'?");
  CHECK(refusal({files(), variables({{"profile", "zzzzzz"}}), {}, {}}) ==
        "OVERSEE_PROFILE: no such profile: 'zzzzzz'; oversee profiles lists them");
  CHECK(refusal({{}, {}, flags({{"profile", "a"}}), {}}) ==
        "--profile: no such profile: 'a'; the settings files have none (oversee check names the files)");
  const std::vector<SettingsFile> orphan{read("f", "[profile.a]\ninherits = \"bbb\"\n[profile.bbc]\n")};
  CHECK(refusal({orphan, {}, flags({{"profile", "a"}}), {}}) == "f:2:12: no such profile: 'bbb'; did you mean 'bbc'?");
}

TEST_CASE("join: a cycle is reported the same way from any profile") {
  const std::vector<SettingsFile> circle{
      read("f",
           "[profile.c]\ninherits = \"b\"\n[profile.b]\ninherits = \"d\"\n[profile.d]\ninherits = \"c\"\n"
           "[profile.out]\ninherits = \"d\"\n[profile.self]\ninherits = \"self\"\n")};
  const std::string_view told = "f:2:12: profiles inherit from each other in a circle: b -> d -> c -> b";
  for (const std::string name : {"b", "c", "d", "out"}) {
    CAPTURE(name);
    CHECK(refusal({circle, {}, flags({{"profile", name}}), {}}) == told);
  }
  const std::vector<SettingError> all = check_profiles(circle);
  REQUIRE(all.size() == 2);
  CHECK(all[0].message == told);
  CHECK(all[1].message == "f:10:12: profiles inherit from each other in a circle: self -> self");
  CHECK(check_profiles(files()).empty());
}

TEST_CASE("join: a project adds to a caller's profile only what its defaults may have") {
  struct Case {
    std::string_view project;
    std::string_view refused;  // empty: none
  };
  const Case cases[] = {
      {"timeout = \"1s\"\nretries = 2\ndescription = \"x\"", ""},
      {"env = { LD_PRELOAD = \"x.so\" }", "env"},
      {"env = []", "env"},
      {"command = [\"true\"]", "command"},
      {"shell-line = \"id\"", "shell-line"},
      {"inherits = \"evil\"", "inherits"},
      {"json = \"/x\"", "json"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.project);
    const std::vector<SettingsFile> two{
        read("user", "[profile.ci]\ndelay = 1\n[profile.mine]\ninherits = \"ci\"\n"),
        read("project", fmt::format("[profile.evil]\nshell = \"x\"\n[profile.ci]\n{}\n", each.project),
             FileOf::project)};
    const std::string said = each.refused.empty()
                                 ? std::string()
                                 : fmt::format("'{}' cannot be added to profile 'ci', which your own", each.refused);
    for (const std::string name : {"ci", "mine"}) {
      const std::string refused = refusal({two, {}, flags({{"profile", name}}), {}});
      CAPTURE(refused);
      CHECK(refused.empty() == each.refused.empty());
      CHECK(refused.find(said) != std::string::npos);
      CHECK((refused.empty() || refused.starts_with("project:")));
    }
    CHECK(check_profiles(two).size() == (each.refused.empty() ? 0 : 1));
    CHECK(refusal({two, {}, flags({{"profile", "evil"}}), {}}).empty());
    CHECK(refusal({two, {}, {}, {"true"}}).empty());
    // Two files of the caller count as one.
    std::vector<SettingsFile> own = two;
    own.back().whose = FileOf::caller;
    CHECK(check_profiles(own).empty());
  }
}

TEST_CASE("join: profiles are listed by name, with the words of the strongest file") {
  const std::vector<SettingsFile> two{
      read("weak", "[profile.b]\ndescription = \"weak b\"\n[profile.a]\ndescription = \"a\"\n"),
      read("strong", "[profile.b]\ndescription = \"strong b\"\n")};
  const std::vector<ProfileSummary> all = profiles(two);
  REQUIRE(all.size() == 2);
  CHECK(all[0].name == "a");
  CHECK(all[1].description == "strong b");
  CHECK(all[1].place.where == "strong:1:10");
}

}  // namespace
}  // namespace oversee::settings
