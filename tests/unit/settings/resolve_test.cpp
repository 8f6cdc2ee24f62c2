// Resolved settings: every one of them parsed, every refusal with its place and what is allowed, every contradiction.
#include "settings/resolve.hpp"

#include <doctest/doctest.h>

#include <array>
#include <csignal>

namespace oversee::settings {
namespace {

using namespace std::chrono_literals;
using Kind = model::StandardInput::Kind;
using Texts = std::vector<std::string>;

struct Written {
  std::string name;
  std::string text;
};

// A layer as flags would make it.
Layer flags(const std::vector<Written>& list) {
  Layer layer;
  for (const Written& each : list) layer.add(each.name, {each.text, "--" + each.name});
  return layer;
}

Settings resolved(const std::vector<Written>& list, std::vector<std::string> words = {"true"}) {
  auto settings = resolve(flags(list), std::move(words));
  const std::string error = settings ? "" : settings.error().message;
  CAPTURE(error);
  REQUIRE(settings.has_value());
  return *settings;
}

std::string refusal(const Layer& layer, std::vector<std::string> words = {"true"}) {
  const auto settings = resolve(layer, std::move(words));
  return settings ? "" : settings.error().message;
}
std::string refusal(const std::vector<Written>& list) { return refusal(flags(list)); }

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

TEST_CASE("resolve: a line for a timeout comes with a limit of its own, and is not empty") {
  const Settings settings = resolved({{"on-timeout", "gdb -p $OVERSEE_PID"}});
  CHECK(settings.on_timeout == "gdb -p $OVERSEE_PID");
  CHECK(settings.limits.on_timeout == 10s);
  CHECK(holds(refusal({{"on-timeout", ""}}), "--on-timeout: cannot read ''; expected a value that is not empty"));
}

TEST_CASE("resolve: an automatic timeout is a wish, as settings know no history") {
  const Settings settings = resolved({{"timeout", "5s"}, {"timeout", "auto"}});
  CHECK(settings.automatic_timeout == "--timeout");
  CHECK_FALSE(settings.limits.wall.has_value());
  CHECK_FALSE(resolved({{"timeout", "auto"}, {"timeout", "5s"}}).automatic_timeout.has_value());
  CHECK(holds(refusal({{"timeout", "Auto"}}), "1h or none; or auto"));
  CHECK(holds(refusal({{"idle-timeout", "auto"}}), "--idle-timeout: cannot read 'auto'; expected a duration"));
}

TEST_CASE("resolve: nothing given is the built-in of each") {
  const Settings settings = resolved({}, {"make", "-j8"});
  CHECK(settings.words == Texts{"make", "-j8"});
  CHECK_FALSE(settings.shell_line.has_value());
  CHECK_FALSE(settings.script.has_value());
  CHECK(settings.shell == "/bin/sh");
  CHECK_FALSE(settings.interpreter.has_value());
  CHECK(settings.directory.empty());
  CHECK(settings.env.empty());
  CHECK(settings.env_files.empty());
  CHECK(settings.unset_env.empty());
  CHECK_FALSE(settings.clear_env);
  CHECK(settings.input.kind == Kind::inherit);
  CHECK_FALSE(settings.limits.wall.has_value());
  CHECK(settings.limits.ladder == model::StopLadder(SIGTERM, 10s));
  CHECK(settings.limits.evidence == 500ms);
  CHECK_FALSE(settings.on_timeout.has_value());
  CHECK_FALSE(settings.limits.on_timeout.has_value());
  CHECK_FALSE(settings.exit_policy.preserve_status);
  CHECK_FALSE(settings.log.has_value());
  CHECK_FALSE(settings.log_dir.has_value());
  CHECK_FALSE(settings.no_log);
  CHECK(settings.max_output == 64U << 20);
  CHECK_FALSE(settings.json.has_value());
  CHECK(settings.summary == model::ShowSummary::always);
  CHECK_FALSE(settings.name.has_value());
  CHECK_FALSE(settings.verbose);
}

TEST_CASE("resolve: what to run") {
  const Settings line = resolved({{"shell-line", "make | tee x"}, {"shell", "/bin/bash"}}, {"a", "b"});
  CHECK(line.shell_line == "make | tee x");
  CHECK(line.shell == "/bin/bash");
  CHECK(line.words == Texts{"a", "b"});
  CHECK(resolved({{"shell-line", "make"}}, {}).words.empty());
  const Settings script = resolved({{"script", "x.py"}, {"interpreter", "python3"}}, {});
  CHECK(script.script == "x.py");
  CHECK(script.interpreter == "python3");
}

TEST_CASE("resolve: where and with what environment") {
  const Settings settings = resolved({{"directory", "/srv"},
                                      {"env", "A=1"},
                                      {"env", "B"},
                                      {"env", "C="},
                                      {"env-file", "x.env"},
                                      {"env-file", "y.env"},
                                      {"unset-env", "D"},
                                      {"clear-env", "true"}});
  CHECK(settings.directory == "/srv");
  CHECK(settings.env == Texts{"A=1", "B", "C="});
  CHECK(settings.env_files == Texts{"x.env", "y.env"});
  CHECK(settings.unset_env == Texts{"D"});
  CHECK(settings.clear_env);
}

TEST_CASE("resolve: standard input") {
  CHECK(resolved({{"stdin", "inherit"}}).input.kind == Kind::inherit);
  CHECK(resolved({{"stdin", "null"}}).input.kind == Kind::null);
  const Settings file = resolved({{"stdin", "data.txt"}});
  CHECK(file.input.kind == Kind::file);
  CHECK(file.input.path == "data.txt");
}

TEST_CASE("resolve: a terminal for the command") {
  CHECK_FALSE(resolved({}).pty);
  CHECK(resolved({{"pty", "true"}}).pty);
}

TEST_CASE("resolve: times and signals") {
  CHECK(resolved({{"timeout", "1m30s"}}).limits.wall == 90s);
  CHECK_FALSE(resolved({{"timeout", "none"}}).limits.wall.has_value());
  CHECK_FALSE(resolved({{"timeout", "0"}}).limits.wall.has_value());
  CHECK(resolved({{"timeout", "1ns"}}).limits.wall == 1ms);
  CHECK(resolved({{"signal", "INT"}}).limits.ladder == model::StopLadder(SIGINT, 10s));
  CHECK(resolved({{"kill-after", "3s"}}).limits.ladder == model::StopLadder(SIGTERM, 3s));
  CHECK(resolved({{"kill-after", "none"}}).limits.ladder == model::StopLadder(SIGTERM, {}));
  CHECK(resolved({{"signal", "HUP"}, {"kill-after", "3s"}}).limits.ladder == model::StopLadder(SIGHUP, 3s));
  CHECK(resolved({{"signal", "KILL"}}).limits.ladder == model::StopLadder(SIGKILL, {}));
  CHECK(resolved({{"stop", "INT:5s,TERM:1s"}}).limits.ladder == model::StopLadder::parse("INT:5s,TERM:1s,KILL"));
}

TEST_CASE("resolve: whom a stop reaches, and what becomes of what is left") {
  CHECK(resolved({}).limits.reach == model::StopReach::tree);
  CHECK(resolved({{"kill", "group"}}).limits.reach == model::StopReach::group);
  CHECK(resolved({{"kill", "leader"}}).limits.reach == model::StopReach::leader);
  CHECK(resolved({}).limits.on_leak == model::OnLeak::kill);
  CHECK(resolved({{"leaks", "report"}}).limits.on_leak == model::OnLeak::report);
  CHECK(resolved({{"leaks", "fail"}}).limits.on_leak == model::OnLeak::fail);
  CHECK(resolved({{"leaks", "ignore"}}).limits.on_leak == model::OnLeak::ignore);
  CHECK(resolved({}).limits.leak == 200ms);
  CHECK(resolved({{"leak-timeout", "5s"}}).limits.leak == 5s);
  CHECK_FALSE(resolved({{"leak-timeout", "none"}}).limits.leak.has_value());
}

TEST_CASE("resolve: what is kept and shown") {
  CHECK(resolved({{"log", "x.log"}}).log == "x.log");
  CHECK(resolved({{"log-dir", "/logs"}}).log_dir == "/logs");
  CHECK(resolved({{"no-log", "true"}}).no_log);
  CHECK(resolved({{"max-output", "10MB"}}).max_output == 10'000'000U);
  CHECK_FALSE(resolved({{"max-output", "none"}}).max_output.has_value());
  CHECK_FALSE(resolved({{"max-output", "0"}}).max_output.has_value());
  CHECK(resolved({{"json", "x.json"}}).json == "x.json");
  CHECK(resolved({{"summary", "always"}}).summary == model::ShowSummary::always);
  CHECK(resolved({{"summary", "failure"}}).summary == model::ShowSummary::failure);
  CHECK(resolved({{"summary", "never"}}).summary == model::ShowSummary::never);
}

TEST_CASE("resolve: the run") {
  CHECK(resolved({{"name", "nightly"}}).name == "nightly");
  CHECK(resolved({{"preserve-status", "true"}}).exit_policy.preserve_status);
  CHECK(resolved({{"verbose", "true"}}).verbose);
  CHECK(resolved({}).cgroup == model::UseCgroup::automatic);
  CHECK(resolved({{"cgroup", "always"}}).cgroup == model::UseCgroup::always);
  CHECK(resolved({{"cgroup", "never"}}).cgroup == model::UseCgroup::never);
  CHECK(resolved({{"require-cgroup", "true"}}).cgroup == model::UseCgroup::required);
  CHECK(resolved({{"require-cgroup", "false"}}).cgroup == model::UseCgroup::automatic);
}

TEST_CASE("resolve: a flag says yes or no in any of the usual words") {
  for (const char* yes : {"true", "1", "yes", "on"}) CHECK(resolved({{"verbose", yes}}).verbose);
  for (const char* no : {"false", "0", "no", "off"}) CHECK_FALSE(resolved({{"verbose", no}}).verbose);
}

TEST_CASE("resolve: the last of several counts") {
  CHECK(resolved({{"timeout", "nonsense"}, {"timeout", "2s"}}).limits.wall == 2s);
  CHECK_FALSE(resolved({{"verbose", "true"}, {"verbose", "false"}}).verbose);
}

TEST_CASE("resolve: each refusal names the place, what was read and what is allowed") {
  struct Case {
    std::string name;
    std::string text;
    std::string_view allowed;
  };
  const std::array cases{
      Case{"timeout", "soon", "a duration such as 90, 1.5s"},
      Case{"timeout", "-1", "a duration"},
      Case{"timeout", "", "a duration"},
      Case{"signal", "FOO", "a signal"},
      Case{"signal", "", "a signal"},
      Case{"kill-after", "x", "a duration"},
      Case{"stop", "TERM", "a duration behind each signal"},
      Case{"max-output", "much", "none"},
      Case{"max-output", "-1", "none"},
      Case{"summary", "sometimes", "always, failure or never"},
      Case{"clear-env", "maybe", "true or false"},
      Case{"no-log", "", "true or false"},
      Case{"preserve-status", "2", "true or false"},
      Case{"verbose", "TRUE ", "true or false"},
      Case{"shell-line", "", "not empty"},
      Case{"shell", "", "not empty"},
      Case{"script", "", "not empty"},
      Case{"interpreter", "", "not empty"},
      Case{"directory", "", "not empty"},
      Case{"stdin", "", "not empty"},
      Case{"log", "", "not empty"},
      Case{"log-dir", "", "not empty"},
      Case{"json", "", "not empty"},
      Case{"name", "", "not empty"},
      Case{"env", "", "a name, as in NAME or NAME=VALUE"},
      Case{"env", "=x", "a name"},
      Case{"env-file", "", "a name"},
      Case{"unset-env", "", "a name"},
      Case{"unset-env", "A=B", "a variable's name"},
  };
  for (const Case& c : cases) {
    Layer layer;
    layer.add(c.name, {c.text, "here:3:5"});
    const std::string message = refusal(layer);
    CAPTURE(c.name);
    CAPTURE(message);
    CHECK(message.starts_with("here:3:5: "));
    CHECK(holds(message, "'" + c.text + "'"));
    CHECK(holds(message, c.allowed));
  }
}

TEST_CASE("resolve: a dash is no file") {
  for (const std::string name : {"log", "json"}) {
    const std::string message = refusal({{name, "-"}});
    CHECK(message.starts_with("--" + name + ": '-' is not a file"));
  }
}

TEST_CASE("resolve: contradictions of one source are refused, by the names of both") {
  struct Case {
    Written one;
    Written other;
  };
  const std::array cases{
      Case{{"shell-line", "x"}, {"script", "y"}},      Case{{"stop", "TERM:1s"}, {"signal", "INT"}},
      Case{{"stop", "TERM:1s"}, {"kill-after", "1s"}}, Case{{"log", "x"}, {"log-dir", "y"}},
      Case{{"no-log", "true"}, {"log", "x"}},          Case{{"no-log", "true"}, {"log-dir", "y"}},
      Case{{"pty", "true"}, {"no-log", "true"}},       Case{{"require-cgroup", "true"}, {"cgroup", "never"}},
  };
  for (const Case& c : cases) {
    for (const std::string& message : {refusal({c.one, c.other}), refusal({c.other, c.one})}) {
      CAPTURE(message);
      CHECK(holds(message, "--" + c.one.name));
      CHECK(holds(message, "--" + c.other.name));
      CHECK(holds(message, "exclude each other"));
    }
  }
}

TEST_CASE("resolve: a flag that says no contradicts nothing") {
  const Settings settings = resolved({{"no-log", "false"}, {"log", "x.log"}});
  CHECK_FALSE(settings.no_log);
  CHECK(settings.log == "x.log");
}

TEST_CASE("resolve: slots are for who asks for a number of runs") {
  CHECK_FALSE(resolved({}).slot.has_value());
  CHECK_FALSE(resolved({{"max-concurrent", "none"}, {"group", "db"}}).slot.has_value());
  CHECK(resolved({{"max-concurrent", "4"}}).slot == model::SlotRequest{.group = "default", .most = 4});
  CHECK(resolved({{"max-concurrent", "1"}, {"group", "a b"}, {"queue-timeout", "2s"}}).slot ==
        model::SlotRequest{.group = "a b", .most = 1, .patience = std::chrono::seconds(2)});
  CHECK(resolved({{"max-concurrent", "1"}, {"when-full", "fail"}}).slot->when_full == model::WhenFull::fail);
  CHECK(refusal({{"max-concurrent", "0"}}) ==
        "--max-concurrent: cannot read '0'; expected a whole number from 1 to 1000000, or none");
  CHECK(holds(refusal({{"group", "db"}}), "--group: it says nothing without a number of runs"));
  CHECK(holds(refusal({{"max-concurrent", "1"}, {"group", std::string(65, 'x')}}), "longer than 64 bytes"));
  CHECK(holds(refusal({{"max-concurrent", "1"}, {"when-full", "fail"}, {"queue-timeout", "2s"}}),
              "--queue-timeout: with --when-full fail nothing is waited for"));
}

TEST_CASE("resolve: an interpreter needs a script") {
  CHECK(holds(refusal({{"interpreter", "python3"}}), "--interpreter: it runs a script; name one by --script FILE"));
}

TEST_CASE("resolve: a run needs a command, in one of its forms") {
  const std::string message = refusal(Layer(), {});
  CHECK(holds(message, "no command"));
  CHECK(holds(message, "oversee [OPTIONS] -- COMMAND"));
  CHECK(refusal(flags({{"shell-line", "x"}}), {}).empty());
  CHECK(refusal(flags({{"script", "x"}}), {}).empty());
}

TEST_CASE("resolve: of several mistakes the first is told, and nothing is run") {
  const std::string message = refusal({{"timeout", "x"}, {"signal", "y"}, {"summary", "z"}});
  CHECK(holds(message, "--timeout"));
  CHECK_FALSE(holds(message, "--signal"));
}

TEST_CASE("resolve: limits, and the backstops that come with them") {
  const Settings none = resolved({});
  CHECK_FALSE(none.limits.tree.any());
  CHECK_FALSE(none.limits.process.any());

  const Settings all = resolved({{"max-memory", "2GiB"},
                                 {"max-cpu", "90s"},
                                 {"max-procs", "64"},
                                 {"max-files", "256"},
                                 {"max-file-size", "10MiB"},
                                 {"core", "none"},
                                 {"nice", "-5"}});
  CHECK(all.limits.tree == model::TreeLimits{.memory = 2ULL << 30U, .cpu = 90s, .processes = 64});
  CHECK(all.limits.process == model::ProcessLimits{.nice = -5,
                                                   .files = 256,
                                                   .file_size = 10 << 20,
                                                   .core_size = 0,
                                                   .data = {},
                                                   .data_backstop = 8ULL << 30U,
                                                   .cpu_backstop = 91});
  const Settings own = resolved({{"max-memory", "2GiB"}, {"max-data", "3GiB"}});
  CHECK(own.limits.process.data == 3ULL << 30U);
  CHECK_FALSE(own.limits.process.data_backstop.has_value());
  CHECK_FALSE(resolved({{"max-memory", "2GiB"}, {"max-data", "none"}}).limits.process.any());
  CHECK_FALSE(resolved({{"max-memory", "none"}, {"max-cpu", "0"}, {"max-procs", "0"}}).limits.tree.any());
}

TEST_CASE("resolve: a limit that cannot be read names its setting, and what it takes") {
  CHECK(refusal({{"max-procs", "many"}}) ==
        "--max-procs: cannot read 'many'; expected a whole number such as 64, or none");
  CHECK(holds(refusal({{"max-memory", "2Gib"}}), "--max-memory: cannot read '2Gib'; expected a size"));
  CHECK(holds(refusal({{"max-cpu", "fast"}}), "--max-cpu: cannot read 'fast'"));
  CHECK(holds(refusal({{"max-files", "-1"}}), "--max-files: cannot read '-1'"));
  CHECK(holds(refusal({{"max-data", ""}}), "--max-data: "));
  CHECK(holds(refusal({{"core", "big"}}), "expected a size such as 64MiB, none, unlimited or inherit"));
  CHECK(holds(refusal({{"nice", "50"}}), "expected a whole number from -39 to 39"));
}

TEST_CASE("examine: all that is wrong is told, in the order of the settings") {
  const Resolution found = examine(flags({{"timeout", "x"}, {"retries", "-1"}, {"show", "liv"}}), {});
  REQUIRE(found.errors.size() == 4);
  CHECK(found.errors[0].message.starts_with("no command given"));
  CHECK(found.errors[1].message.starts_with("--timeout: cannot read 'x'"));
  CHECK(found.errors[2].message.starts_with("--retries: cannot read '-1'"));
  CHECK(found.errors[3].message == "--show: cannot read 'liv'; expected live, failure or never; did you mean 'live'?");
}

TEST_CASE("resolve: a value out of a file brings its line") {
  const auto text = std::make_shared<const SourceText>("oversee.toml", "[defaults]\ntimeout = \"x\"\n");
  Layer layer;
  layer.add("timeout", {"x", "oversee.toml:2:11", Origin::file, "ci", {text, 2, 11}});
  const auto settings = resolve(layer, {"true"});
  REQUIRE_FALSE(settings.has_value());
  CHECK(settings.error().message.starts_with("oversee.toml:2:11: cannot read 'x'; expected a duration"));
  CHECK(settings.error().excerpt == "    timeout = \"x\"\n              ^\n");
}

TEST_CASE("resolve: a contradiction in a file names both settings") {
  Layer layer;
  layer.add("stop", {"INT:1s", "oversee.toml:2:8", Origin::file});
  layer.add("signal", {"INT", "oversee.toml:3:10", Origin::file});
  CHECK(refusal(layer) ==
        "'signal' (oversee.toml:3:10) and 'stop' (oversee.toml:2:8) exclude each other; give one of them");
}

TEST_CASE("resolve: a grace that the total timeout does not allow is worth a warning, the built-in one is not") {
  CHECK(resolved({{"total-timeout", "5s"}}).warnings.empty());
  CHECK(resolved({{"total-timeout", "5s"}, {"kill-after", "5s"}}).warnings.empty());
  CHECK(resolved({{"kill-after", "1m"}}).warnings.empty());
  CHECK(resolved({{"total-timeout", "5s"}, {"kill-after", "1m"}}).warnings ==
        Texts{"--kill-after: its 1m is longer than the total timeout, 5s by --total-timeout"});
}

TEST_CASE("resolve: settings can be explained without a command") {
  CHECK(resolved({{"explain", "true"}}, {}).explain);
  CHECK(resolved({{"explain", "true"}, {"format", "json"}}, {}).explain_json);
}

TEST_CASE("resolve: a profile without a command says so") {
  CHECK(refusal(flags({{"profile", "ci"}}), {}) ==
        "no command given, and profile 'ci' has none; write oversee -P ci -- COMMAND [ARG]...");
}

}  // namespace
}  // namespace oversee::settings
