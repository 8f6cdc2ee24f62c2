// Tests resolved settings: each is parsed, or has its built-in value.
#include "settings/resolve.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include "written_settings.hpp"

namespace oversee::settings {
namespace {

using namespace std::chrono_literals;
using Kind = model::StandardInput::Kind;
using Texts = std::vector<std::string>;

TEST_CASE("resolve: the on-timeout hook has its own time limit and must not be empty") {
  const Settings settings = resolved({{"on-timeout", "gdb -p $OVERSEE_PID"}});
  CHECK(settings.on_timeout == "gdb -p $OVERSEE_PID");
  CHECK(settings.limits.on_timeout == 10s);
  CHECK(holds(refusal({{"on-timeout", ""}}), "--on-timeout: cannot read ''; expected a value that is not empty"));
}

TEST_CASE("resolve: an automatic timeout is only recorded, as settings know no history") {
  const Settings settings = resolved({{"timeout", "5s"}, {"timeout", "auto"}});
  CHECK(settings.automatic_timeout == "--timeout");
  CHECK_FALSE(settings.limits.wall.has_value());
  CHECK_FALSE(resolved({{"timeout", "auto"}, {"timeout", "5s"}}).automatic_timeout.has_value());
  CHECK(holds(refusal({{"timeout", "Auto"}}), "1h or none; or auto"));
  CHECK(holds(refusal({{"idle-timeout", "auto"}}), "--idle-timeout: cannot read 'auto'; expected a duration"));
}

TEST_CASE("resolve: without input each setting has its built-in value") {
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

TEST_CASE("resolve: the command") {
  const Settings line = resolved({{"shell-line", "make | tee x"}, {"shell", "/bin/bash"}}, {"a", "b"});
  CHECK(line.shell_line == "make | tee x");
  CHECK(line.shell == "/bin/bash");
  CHECK(line.words == Texts{"a", "b"});
  CHECK(resolved({{"shell-line", "make"}}, {}).words.empty());
  const Settings script = resolved({{"script", "x.py"}, {"interpreter", "python3"}}, {});
  CHECK(script.script == "x.py");
  CHECK(script.interpreter == "python3");
}

TEST_CASE("resolve: directory and environment") {
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
  CHECK(resolved({{"stdin", "replay"}}).input.kind == Kind::replay);
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

TEST_CASE("resolve: the reach of a stop, and the policy for leaked processes") {
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

TEST_CASE("resolve: kept and shown output") {
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

TEST_CASE("resolve: a flag accepts the usual words for yes and no") {
  for (const char* yes : {"true", "1", "yes", "on"}) CHECK(resolved({{"verbose", yes}}).verbose);
  for (const char* no : {"false", "0", "no", "off"}) CHECK_FALSE(resolved({{"verbose", no}}).verbose);
}

TEST_CASE("resolve: the last of several values counts") {
  CHECK(resolved({{"timeout", "nonsense"}, {"timeout", "2s"}}).limits.wall == 2s);
  CHECK_FALSE(resolved({{"verbose", "true"}, {"verbose", "false"}}).verbose);
}

TEST_CASE("resolve: a flag set to no contradicts nothing") {
  const Settings settings = resolved({{"no-log", "false"}, {"log", "x.log"}});
  CHECK_FALSE(settings.no_log);
  CHECK(settings.log == "x.log");
}

TEST_CASE("resolve: slots require a maximum number of runs") {
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

TEST_CASE("resolve: limits and their backstops") {
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

TEST_CASE("resolve: a grace beyond the total timeout causes a warning, the built-in one does not") {
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

}  // namespace
}  // namespace oversee::settings
