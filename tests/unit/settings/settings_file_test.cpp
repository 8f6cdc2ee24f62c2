// Tests settings files: every kind of value, every error with its place, and random texts.
#include "settings/settings_file.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>

namespace oversee::settings {
namespace {

using Texts = std::vector<std::string>;

Texts texts(const Layer& layer, std::string_view name) {
  Texts list;
  for (const Given& given : layer.all(name)) list.push_back(given.text);
  return list;
}

SettingsFile read(std::string_view text, std::string path = "oversee.toml") {
  SettingsFile file = read_settings_file(std::move(path), text, FileOf::caller);
  for (const SettingError& error : file.errors) MESSAGE(error.message);
  REQUIRE(file.errors.empty());
  return file;
}

Texts messages(std::string_view text) {
  Texts list;
  for (const SettingError& error : read_settings_file("x.toml", text, FileOf::caller).errors)
    list.push_back(error.message);
  return list;
}

std::string only_message(std::string_view text) {
  const Texts all = messages(text);
  CAPTURE(text);
  REQUIRE(all.size() == 1);
  return all.front();
}

TEST_CASE("settings file: an empty one sets nothing") {
  for (const std::string_view text : {"", "\n", "# a comment\n", "[defaults]\n", "[profile]\n"}) {
    const SettingsFile file = read(text);
    CHECK(file.profiles.empty());
    CHECK(file.defaults.last("timeout") == nullptr);
  }
}

TEST_CASE("settings file: defaults and profiles, with the place of each value") {
  const SettingsFile file = read(R"([defaults]
kill-after = "5s"

[profile.ci]
description = "What every job has"
timeout = "10m"
retry-on = ["timeout", "exit:75"]

[profile.a-b]
inherits = "ci"
command = ["make", "test"]
)");
  CHECK(texts(file.defaults, "kill-after") == Texts{"5s"});
  CHECK(file.defaults.last("kill-after")->where == "oversee.toml:2:14");
  CHECK(file.defaults.last("kill-after")->origin == Origin::file);
  CHECK(file.defaults.last("kill-after")->profile.empty());
  CHECK(file.defaults.last("kill-after")->excerpt() == "    kill-after = \"5s\"\n                 ^\n");
  REQUIRE(file.profiles.size() == 2);
  const Profile& ci = file.profiles[0];
  CHECK(ci.name == "ci");
  CHECK(ci.description == "What every job has");
  CHECK(ci.inherits.text.empty());
  CHECK(ci.place.where == "oversee.toml:4:10");
  CHECK(texts(ci.settings, "retry-on") == Texts{"timeout", "exit:75"});
  CHECK(ci.settings.last("timeout")->profile == "ci");
  const Profile& other = file.profiles[1];
  CHECK(other.inherits.text == "ci");
  CHECK(other.inherits.where == "oversee.toml:10:12");
  CHECK(texts(other.settings, kCommand) == Texts{"make", "test"});
}

TEST_CASE("settings file: profiles keep the file's order") {
  const SettingsFile file = read("[profile.b]\nretries = 1\n[profile.a]\nretries = 1\n[profile.c]\nretries = 1\n");
  Texts names;
  for (const Profile& profile : file.profiles) names.push_back(profile.name);
  CHECK(names == Texts{"b", "a", "c"});
}

TEST_CASE("settings file: each kind accepts its TOML types") {
  struct Case {
    std::string_view line;
    std::string_view name;
    Texts texts;
  };
  const Case cases[] = {
      {"timeout = \"1m30s\"", "timeout", {"1m30s"}},
      {"timeout = 90", "timeout", {"90"}},
      {"timeout = 1.5", "timeout", {"1.5"}},
      {"max-output = 4096", "max-output", {"4096"}},
      {"max-output = \"64MiB\"", "max-output", {"64MiB"}},
      {"retries = 3", "retries", {"3"}},
      {"max-procs = \"none\"", "max-procs", {"none"}},
      {"nice = -5", "nice", {"-5"}},
      {"no-log = true", "no-log", {"true"}},
      {"no-log = false", "no-log", {"false"}},
      {"signal = \"INT\"", "signal", {"INT"}},
      {"signal = 2", "signal", {"2"}},
      {"show = \"failure\"", "show", {"failure"}},
      {"retry-on = \"timeout\"", "retry-on", {"timeout"}},
      {"retry-on = []", "retry-on", {}},
      {"env = { A = \"1\", B = \"two words\" }", "env", {"A=1", "B=two words"}},
      {"env = [\"A=1\", \"PATH\"]", "env", {"A=1", "PATH"}},
      {"env.A = \"1\"", "env", {"A=1"}},
      {"ok-exit = 3", "ok-exit", {"3"}},
      {"ok-exit = [3, \"75-78\"]", "ok-exit", {"3,75-78"}},
      {"ok-exit = \"3,4\"", "ok-exit", {"3,4"}},
      {"on-timeout = '''ps -f \"$OVERSEE_PID\"'''", "on-timeout", {"ps -f \"$OVERSEE_PID\""}},
  };
  for (const Case& each : cases) {
    CAPTURE(each.line);
    CHECK(texts(read(fmt::format("[defaults]\n{}\n", each.line)).defaults, each.name) == each.texts);
    CHECK(texts(read(fmt::format("[profile.x]\n{}\n", each.line)).profiles.at(0).settings, each.name) == each.texts);
  }
}

TEST_CASE("settings file: exactly the settings of files are accepted") {
  for (const Setting& setting : table()) {
    CAPTURE(setting.name);
    std::string_view value = "\"x\"";
    if (setting.kind == Kind::flag) value = "true";
    if (setting.kind == Kind::number) value = "1";
    const std::string line = fmt::format("{} = {}\n", setting.name, value);
    const bool in_defaults = messages("[defaults]\n" + line).empty();
    const bool in_profiles = messages("[profile.x]\n" + line).empty();
    CHECK(in_defaults == (setting.scope == Scope::file));
    CHECK(in_profiles == (setting.scope == Scope::file || setting.scope == Scope::profile));
  }
}

// The errors for the text as a project's file.
Texts project_messages(std::string_view text) {
  Texts list;
  for (const SettingError& error : read_settings_file("x.toml", text, FileOf::project).errors) {
    list.push_back(error.message);
  }
  return list;
}

TEST_CASE("settings file: a project's defaults can only limit, pace and show") {
  // Detects a row that changes sides: these execute, name a file, or change the environment or the verdict.
  for (const std::string_view name :
       {"shell",     "interpreter",    "directory", "env",         "env-file",        "unset-env",
        "clear-env", "stdin",          "pty",       "on-timeout",  "before-retry",    "kill",
        "leaks",     "flaky",          "repeat",    "log",         "log-dir",         "log-required",
        "keep-runs", "keep-for",       "keep-size", "stdout-file", "stderr-file",     "json",
        "junit",     "markdown",       "events",    "ok-exit",     "preserve-status", "exit-code",
        "cgroup",    "require-cgroup", "name",      "detach",      "sigusr1",         "mask-live"}) {
    CAPTURE(name);
    REQUIRE(find(name) != nullptr);
    CHECK(find(name)->project == InProject::refused);
  }
  for (const Setting& setting : table()) {
    CAPTURE(setting.name);
    const bool names_file =
        setting.kind == Kind::path || setting.kind == Kind::directory || setting.kind == Kind::program;
    const bool changes_environment = setting.kind == Kind::variable && setting.name != "mask";
    if (names_file || changes_environment) CHECK(setting.project == InProject::refused);
    if (setting.scope != Scope::file) CHECK(setting.project == InProject::refused);
    std::string_view value = "\"x=x\"";
    if (setting.kind == Kind::flag) value = "true";
    if (setting.kind == Kind::number) value = "1";
    // All notations.
    for (const std::string& text : {fmt::format("[defaults]\n{} = {}\n", setting.name, value),
                                    fmt::format("defaults.{} = {}\n", setting.name, value),
                                    fmt::format("defaults = {{ \"{}\" = {} }}\n", setting.name, value)}) {
      CAPTURE(text);
      const Texts said = project_messages(text);
      CHECK(said.empty() == (setting.project == InProject::allowed));
      CHECK((said.empty() || said.front().find(fmt::format("'{}'", setting.name)) != std::string::npos));
      CHECK(messages(text).empty() == (setting.scope == Scope::file));
    }
    const bool in_profiles = setting.scope == Scope::file || setting.scope == Scope::profile;
    // "default" is an ordinary name.
    CHECK(project_messages(fmt::format("[profile.default]\n{} = {}\n", setting.name, value)).empty() == in_profiles);
  }
  CHECK(project_messages("[defaults]\ntimeout = 1\nenv = { LD_PRELOAD = \"./x.so\" }\n") ==
        Texts{"x.toml:3:1: 'env' cannot stand in [defaults] of a project's file, which can only limit, pace and show; "
              "write it below [profile.NAME] for -P NAME, or in your own settings file"});
  CHECK(project_messages("[defaults]\ninherits = \"x\"\n").size() == 1);
  CHECK(project_messages("[defaults.env]\nA = \"1\"\n").size() == 1);
  CHECK(project_messages("[[defaults]]\ntimeout = 1\n").size() == 1);
}

TEST_CASE("settings file: relative paths start at the file's directory") {
  const std::string_view text =
      "[defaults]\nlog = \"a.log\"\njson = \"/abs.json\"\nstdin = \"null\"\ndirectory = \".\"\nshell = \"bash\"\n"
      "events = \"unix:sock\"\nenv-file = [\"x.env\"]\n[profile.s]\nscript = \"ci/run\"\n";
  const SettingsFile file = read(text, "/srv/app/oversee.toml");
  CHECK(texts(file.defaults, "log") == Texts{"/srv/app/a.log"});
  CHECK(texts(file.defaults, "json") == Texts{"/abs.json"});
  CHECK(texts(file.defaults, "stdin") == Texts{"null"});
  CHECK(texts(file.defaults, "directory") == Texts{"/srv/app/."});
  CHECK(texts(file.defaults, "shell") == Texts{"bash"});
  CHECK(texts(file.defaults, "events") == Texts{"unix:/srv/app/sock"});
  CHECK(texts(file.defaults, "env-file") == Texts{"/srv/app/x.env"});
  CHECK(texts(file.profiles.at(0).settings, "script") == Texts{"/srv/app/ci/run"});
  CHECK(texts(read(text).defaults, "log") == Texts{"a.log"});
  CHECK(texts(read(text, "/oversee.toml").defaults, "log") == Texts{"/./a.log"});
}

TEST_CASE("settings file: each error names the place and the allowed form") {
  struct Case {
    std::string_view text;
    std::string_view message;
  };
  constexpr Case kCases[] = {
      {"[defaults]\ntimout = \"5s\"\n", "x.toml:2:1: no such setting: 'timout'; did you mean 'timeout'?"},
      {"[defaults]\nfrobnicate = 1\n", "x.toml:2:1: no such setting: 'frobnicate'; oversee --help lists them"},
      {"[profile.a]\ninherit = \"a\"\n", "x.toml:2:1: no such setting: 'inherit'; did you mean 'inherits'?"},
      {"[defaults]\nretries = \"2\"\n", "x.toml:2:11: 'retries': expected a whole number, without quotes"},
      {"[defaults]\nretries = 2.5\n", "x.toml:2:11: 'retries': expected a whole number, without quotes"},
      {"[defaults]\nno-log = \"yes\"\n", "x.toml:2:10: 'no-log': expected true or false, without quotes"},
      {"[defaults]\nname = 5\n", "x.toml:2:8: 'name': expected a text in quotes"},
      {"[defaults]\nname = [\"a\"]\n", "x.toml:2:8: 'name': expected a text in quotes"},
      {"[defaults]\nretry-on = [1]\n", "x.toml:2:13: 'retry-on': expected a text in quotes, or a list of them"},
      {"[defaults]\nenv = { A = 1 }\n",
       "x.toml:2:13: 'env': expected a table, as in { NAME = \"value\" }, or a list of \"NAME=value\""},
      {"[defaults]\ntimeout = true\n",
       "x.toml:2:11: 'timeout': expected a time in quotes, as in \"90s\", or a number of seconds"},
      {"[defaults]\ntimeout = 2026-11-24\n",
       "x.toml:2:11: 'timeout': expected a time in quotes, as in \"90s\", or a number of seconds"},
      {"[defaults]\nprofile = \"ci\"\n",
       "x.toml:2:1: 'profile' cannot stand in a settings file; give --profile with a call"},
      {"[defaults]\nshell-line = \"a\"\n",
       "x.toml:2:1: 'shell-line' is a command, and a command is a profile's; write it below [profile.NAME]"},
      {"[defaults]\ncommand = [\"a\"]\n", "x.toml:2:1: a command is a profile's; write it below [profile.NAME]"},
      {"[profile.a]\ncommand = \"make test\"\n",
       "x.toml:2:11: 'command': expected a list of words, as in [\"make\", \"test\"]; a shell line is shell-line = "
       "\"...\""},
      {"[profile.a]\ncommand = []\n",
       "x.toml:2:11: 'command': expected a list of words, as in [\"make\", \"test\"]; a shell line is shell-line = "
       "\"...\""},
      {"[profile.a]\ncommand = [\"a\"]\nscript = \"b\"\n",
       "x.toml:3:10: profile 'a' has two commands; the other is at x.toml:2:12"},
      {"[profile.a]\ninherits = 3\n", "x.toml:2:12: 'inherits': expected a profile's name in quotes"},
      {"[profile]\na = 1\n", "x.toml:2:1: 'a' is no profile; write [profile.NAME] and settings below it"},
      {"timeout = \"5s\"\n", "x.toml:1:1: 'timeout' stands in no table; write it below [defaults] or [profile.NAME]"},
      {"[profiles.a]\n", "x.toml:1:2: no such table: 'profiles'; did you mean [profile.NAME]?"},
      {"[default]\n", "x.toml:1:2: no such table: 'default'; did you mean [defaults]?"},
      {"[zzz]\n", "x.toml:1:2: no such table: 'zzz'; there are [defaults] and [profile.NAME]"},
      {"defaults = 1\n", "x.toml:1:1: 'defaults' is a table; write [defaults]"},
  };
  for (const Case& each : kCases) {
    CAPTURE(each.text);
    CHECK(only_message(each.text) == each.message);
  }
}

TEST_CASE("settings file: invalid TOML is reported with its place") {
  for (const std::string_view text : {"[defaults", "[defaults]\na = \n", "[defaults]\na = 1\na = 2\n", "\xff", "=",
                                      "\"", "[defaults]\nenv = {A=\"1\"", "[a]\n[a]\n", "[[ =\n"}) {
    CAPTURE(text);
    CHECK(only_message(text).starts_with("x.toml:"));
  }
}

TEST_CASE("settings file: the line is found where toml++ does not report it") {
  CHECK(only_message("[defaults]\nname = \"a\"\n[[ =\nname = \"b\"\n") == "x.toml:3:1: this is not TOML");
}

TEST_CASE("settings file: the line is found in a long file too") {
  const std::string text = std::string(20000, '\n') + "[[ =";
  CHECK(only_message(text) == "x.toml:20001:1: this is not TOML");
}

// toml++ has undefined behaviour here, which sanitizers detect.
TEST_CASE("settings file: letters in place of a space are invalid TOML") {
  for (const std::string_view text : {"\u00e4", "[defaults]\nname = \u00e4", "[defaults]\nname = \"a\" \u2d30"}) {
    CAPTURE(text);
    CHECK(only_message(text).starts_with("x.toml:"));
  }
}

TEST_CASE("settings file: a key of too many parts is refused before it exhausts the stack") {
  std::string parts = "a";
  for (int i = 0; i < 200'000; ++i) parts += ".a";
  CHECK(only_message("\n[" + parts + "]\n") == "x.toml:2:1: more than 1000 dots in a line");
  CHECK(only_message("[defaults]\n" + parts + " = 1\n") == "x.toml:2:1: more than 1000 dots in a line");
}

TEST_CASE("settings file: all errors are reported in file order") {
  const Texts all = messages("[profile.b]\nretries = \"x\"\nzzzzzz = 1\n[defaults]\nno-log = 1\n");
  REQUIRE(all.size() == 3);
  CHECK(all[0].starts_with("x.toml:2:"));
  CHECK(all[1].starts_with("x.toml:3:"));
  CHECK(all[2].starts_with("x.toml:5:"));
}

TEST_CASE("settings file: no text crashes the reader") {
  std::mt19937 chance(7);  // NOLINT: the same each time
  const std::string_view pieces[] = {"[",        "]",       "[[",       "]]", "=",   "\"",   "'''",        "{",
                                     "}",        ",",       ".",        "\n", " ",   "#",    "profile",    "timeout",
                                     "env",      "command", "inherits", "1",  "-",   "1e9",  "true",       "\\u00e9",
                                     "\xc3\xa9", "\xff",    "\x01",     "\t", "inf", "0x10", "2026-01-01", "defaults"};
  for (int round = 0; round < 3000; ++round) {
    std::string text = chance() % 2 == 0 ? "[profile.a]\n" : "";
    for (auto n = chance() % 24; n > 0; --n) text += pieces[chance() % std::size(pieces)];
    const SettingsFile file = read_settings_file("x.toml", text, FileOf::caller);
    for (const SettingError& error : file.errors) {
      CAPTURE(text);
      CHECK(error.message.starts_with("x.toml:"));
      for (const char c : error.excerpt) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
    }
  }
}

}  // namespace
}  // namespace oversee::settings
