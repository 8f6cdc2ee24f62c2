// Parses and cross-checks settings.
#include "settings/resolve.hpp"

#include <fmt/format.h>

#include <array>
#include <csignal>

#include "match/line_search.hpp"
#include "model/byte_size.hpp"
#include "model/whole_number.hpp"
#include "settings/environment.hpp"
#include "settings/table.hpp"

namespace oversee::settings {
namespace {

// Collects the first error, so that the list of settings below reads as a list.
class Reader {
 public:
  explicit Reader(const Layer& layer) : layer_(layer) {}

  std::optional<std::string> text(std::string_view name) {
    const Given* given = layer_.last(name);
    if (given == nullptr) return {};
    if (given->text.empty()) refuse(*given, "a value that is not empty");
    return given->text;
  }

  std::vector<std::string> list(std::string_view name) {
    std::vector<std::string> values;
    for (const Given& given : layer_.all(name)) {
      if (given.text.empty() || given.text.front() == '=') refuse(given, "a name, as in NAME or NAME=VALUE");
      values.push_back(given.text);
    }
    return values;
  }

  bool flag(std::string_view name) {
    const Given* given = layer_.last(name);
    if (given == nullptr) return false;
    for (const std::string_view yes : {"true", "1", "yes", "on"}) {
      if (given->text == yes) return true;
    }
    for (const std::string_view no : {"false", "0", "no", "off"}) {
      if (given->text == no) return false;
    }
    refuse(*given, "true or false");
    return false;
  }

  // The built-in value where none is given. `otherwise` stands in for one that was refused.
  template <class Value>
  Value parse(std::string_view name, model::Parsed<Value> (*parser)(std::string_view), Value otherwise) {
    const Given* written = layer_.last(name);
    const Given value = written != nullptr ? *written : Given{std::string(find(name)->built_in), "built-in"};
    auto parsed = parser(value.text);
    if (parsed) return *parsed;
    refuse(value, parsed.error().allowed);
    return otherwise;
  }

  // Whether it asks for anything: a flag that says no contradicts nothing.
  bool claims(std::string_view name) { return given(name) && (find(name)->kind != Kind::flag || flag(name)); }
  bool given(std::string_view name) const { return layer_.last(name) != nullptr; }
  const std::string& where(std::string_view name) const { return layer_.last(name)->where; }

  void refuse(const Given& given, std::string_view allowed) {
    fail(fmt::format("{}: cannot read '{}'; expected {}", given.where, given.text, allowed));
  }
  // Rivals of different sources have been settled when the layers were joined: these come from one.
  void refuse_rivals() {
    for (const Setting& setting : table()) {
      for (const std::string_view rival : rivals(setting.name)) {
        if (!claims(setting.name) || !claims(rival)) continue;
        fail(fmt::format("{} and {} exclude each other; give one of them", where(setting.name), where(rival)));
      }
    }
  }
  void refuse_same_file(std::initializer_list<std::string_view> names) {
    for (const auto* one = names.begin(); one != names.end(); ++one) {
      for (const auto* other = one + 1; other != names.end(); ++other) {
        if (!given(*one) || !given(*other) || layer_.last(*one)->text != layer_.last(*other)->text) continue;
        fail(fmt::format("{} and {} name the same file; one would be lost", where(*one), where(*other)));
      }
    }
  }
  void fail(std::string message) {
    if (!error_) error_ = SettingError{std::move(message)};
  }
  const std::optional<SettingError>& error() const { return error_; }

 private:
  const Layer& layer_;
  std::optional<SettingError> error_;
};

// A choice's words and values, in one place each.
template <class Value>
struct Word {
  std::string_view text;
  Value value;
};

template <class Value>
Word(std::string_view, Value) -> Word<Value>;

constexpr std::array kShowSummary{Word{"always", model::ShowSummary::always},
                                  Word{"failure", model::ShowSummary::failure},
                                  Word{"never", model::ShowSummary::never}};
using Ci = std::optional<model::CiService>;
constexpr std::array kCi{Word{"auto", Ci{}},
                         Word{"github", Ci{model::CiService::github}},
                         Word{"gitlab", Ci{model::CiService::gitlab}},
                         Word{"buildkite", Ci{model::CiService::buildkite}},
                         Word{"teamcity", Ci{model::CiService::teamcity}},
                         Word{"azure", Ci{model::CiService::azure}},
                         Word{"none", Ci{model::CiService::none}}};
constexpr std::array kShowDigest{Word{"auto", model::ShowDigest::automatic}, Word{"always", model::ShowDigest::always},
                                 Word{"never", model::ShowDigest::never}};
constexpr std::array kShowOutput{Word{"live", model::ShowOutput::live}, Word{"failure", model::ShowOutput::failure},
                                 Word{"never", model::ShowOutput::never}};
constexpr std::array kOnOverflow{Word{"truncate", model::OnOverflow::truncate}, Word{"fail", model::OnOverflow::fail},
                                 Word{"spill", model::OnOverflow::spill}};
constexpr std::array kUseCgroup{Word{"auto", model::UseCgroup::automatic}, Word{"always", model::UseCgroup::always},
                                Word{"never", model::UseCgroup::never}};
constexpr std::array kReach{Word{"tree", model::StopReach::tree}, Word{"group", model::StopReach::group},
                            Word{"leader", model::StopReach::leader}};
constexpr std::array kOnLeak{Word{"kill", model::OnLeak::kill}, Word{"report", model::OnLeak::report},
                             Word{"fail", model::OnLeak::fail}, Word{"ignore", model::OnLeak::ignore}};
constexpr std::array kBackoff{Word{"fixed", model::Backoff::fixed}, Word{"linear", model::Backoff::linear},
                              Word{"exponential", model::Backoff::exponential}};
constexpr std::array kOnFlaky{Word{"pass", model::OnFlaky::pass}, Word{"warn", model::OnFlaky::warn},
                              Word{"fail", model::OnFlaky::fail}};
constexpr std::array kSigusr1{Word{"forward", false}, Word{"status", true}};
constexpr std::array kLogFormat{Word{"tagged", model::LogFormat::tagged}, Word{"raw", model::LogFormat::raw}};

// Evidence is worth that much of a stop's time, and no more unless the user asks for it by a line of their own.
constexpr auto kLongestLook = std::chrono::milliseconds(500);
constexpr auto kLongestLine = std::chrono::seconds(10);

template <auto& words>
auto parse_word(std::string_view text) -> model::Parsed<decltype(words[0].value)> {
  std::string allowed;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].text == text) return words[i].value;
    if (i > 0) allowed += i + 1 < words.size() ? ", " : " or ";
    allowed += words[i].text;
  }
  return std::unexpected(model::ValueError{std::string(text), allowed});
}

model::StandardInput standard_input(const std::optional<std::string>& what) {
  using Kind = model::StandardInput::Kind;
  if (!what || *what == "inherit") return {Kind::inherit, {}};
  if (*what == "null") return {Kind::null, {}};
  return {Kind::file, *what};
}

void read_resource_limits(Reader& read, model::AttemptLimits& limits) {
  limits.tree.memory = read.parse<model::SizeLimit>("max-memory", model::parse_size_limit, {});
  limits.tree.cpu = read.parse<model::TimeLimit>("max-cpu", model::parse_time_limit, {});
  limits.tree.processes = read.parse<model::CountLimit>("max-procs", model::parse_count_limit, {});
  if (read.given("max-files")) {
    limits.process.files = read.parse<model::CountLimit>("max-files", model::parse_count_limit, {});
  }
  limits.process.file_size = read.parse<model::SizeLimit>("max-file-size", model::parse_size_limit, {});
  limits.process.core_size = read.parse<std::optional<std::uint64_t>>("core", model::parse_core_size, {});
  limits.process.nice = read.parse<std::optional<std::int32_t>>("nice", model::parse_nice, {});
  if (read.given("max-data")) {
    limits.process.data = read.parse<model::SizeLimit>("max-data", model::parse_size_limit, {});
  } else if (limits.tree.memory) {
    limits.process.data_backstop = model::memory_backstop(*limits.tree.memory);
  }
  if (limits.tree.cpu) limits.process.cpu_backstop = model::cpu_backstop_seconds(*limits.tree.cpu);
}

model::RetryCauses read_causes(Reader& read, const Layer& layer, std::string_view name) {
  model::RetryCauses all;
  std::vector<Given> given = layer.all(name);
  if (const std::string_view built_in = find(name)->built_in; given.empty() && !built_in.empty()) {
    given.push_back({std::string(built_in), "built-in"});
  }
  for (const Given& each : given) {
    const auto causes = model::RetryCauses::parse(each.text);
    if (!causes) {
      read.refuse(each, causes.error().allowed);
      continue;
    }
    for (const std::string& pattern : causes->patterns()) {
      const auto compiled = match::Pattern::compile(pattern);
      if (!compiled) read.refuse({pattern, each.where}, compiled.error().allowed);
    }
    all.add(*causes);
  }
  return all;
}

void read_retries(Reader& read, const Layer& layer, Settings& settings) {
  model::RetryPolicy& retry = settings.retry;
  retry.retries = read.parse("retries", model::parse_retries, 0);
  settings.total = read.parse<model::TimeLimit>("total-timeout", model::parse_time_limit, {});
  retry.delay = read.parse<model::TimeLimit>("delay", model::parse_time_limit, {}).value_or(model::Duration{});
  retry.backoff = read.parse("backoff", parse_word<kBackoff>, model::Backoff::exponential);
  retry.max_delay = read.parse<model::TimeLimit>("max-delay", model::parse_time_limit, {});
  retry.jitter_percent = read.parse("jitter", model::parse_percent, 0);
  retry.on = read_causes(read, layer, "retry-on");
  retry.not_on = read_causes(read, layer, "no-retry-on");
  settings.before_retry = read.text("before-retry");
  settings.only_final = read.flag("only-final");
  settings.repeat = read.parse("repeat", model::parse_times, 1);
  settings.until_fail = read.flag("until-fail");
  settings.jobs = read.parse("jobs", model::parse_times, 1);
  settings.exit_policy.on_flaky = read.parse("flaky", parse_word<kOnFlaky>, model::OnFlaky::warn);
}

}  // namespace

std::expected<Settings, SettingError> resolve(const Layer& layer, std::vector<std::string> words) {
  Reader read(layer);
  Settings settings;
  settings.words = std::move(words);

  read.refuse_rivals();
  settings.shell_line = read.text("shell-line");
  settings.script = read.text("script");
  settings.shell = read.text("shell").value_or(std::string(find("shell")->built_in));
  settings.interpreter = read.text("interpreter");
  if (!settings.shell_line && !settings.script && settings.words.empty()) {
    read.fail("no command given; write oversee [OPTIONS] -- COMMAND [ARG]...");
  }
  if (settings.interpreter && !settings.script) {
    read.fail(fmt::format("{} needs --script", read.where("interpreter")));
  }

  settings.directory = read.text("directory").value_or("");
  settings.env = read.list("env");
  settings.env_files = read.list("env-file");
  settings.unset_env = read.list("unset-env");
  for (const Given& name : layer.all("unset-env")) {
    if (name.text.find('=') != std::string::npos) read.refuse(name, "a variable's name without a value");
  }
  settings.clear_env = read.flag("clear-env");
  settings.input = standard_input(read.text("stdin"));
  settings.pty = read.flag("pty");

  settings.limits.wall = read.parse<model::TimeLimit>("timeout", model::parse_time_limit, {});
  settings.limits.idle = read.parse<model::TimeLimit>("idle-timeout", model::parse_time_limit, {});
  settings.notices.slow_after = read.parse<model::TimeLimit>("slow-after", model::parse_time_limit, {});
  settings.notices.heartbeat = read.parse<model::TimeLimit>("heartbeat", model::parse_time_limit, {});
  const model::Signal signal = read.parse<model::Signal>("signal", model::parse_signal, SIGTERM);
  const model::TimeLimit grace = read.parse<model::TimeLimit>("kill-after", model::parse_time_limit, {});
  if (read.given("stop")) {
    settings.limits.ladder = read.parse("stop", model::StopLadder::parse, settings.limits.ladder);
  } else {
    settings.limits.ladder = model::StopLadder(signal, grace);
  }
  settings.limits.reach = read.parse("kill", parse_word<kReach>, model::StopReach::tree);
  settings.limits.on_leak = read.parse("leaks", parse_word<kOnLeak>, model::OnLeak::kill);
  settings.limits.leak = read.parse<model::TimeLimit>("leak-timeout", model::parse_time_limit, {});

  read_retries(read, layer, settings);
  read_resource_limits(read, settings.limits);

  settings.limits.evidence = kLongestLook;
  settings.on_timeout = read.text("on-timeout");
  if (settings.on_timeout) settings.limits.on_timeout = kLongestLine;

  settings.log = read.text("log");
  settings.log_dir = read.text("log-dir");
  settings.no_log = read.flag("no-log");
  settings.log_format = read.parse("log-format", parse_word<kLogFormat>, model::LogFormat::tagged);
  settings.log_required = read.flag("log-required");
  settings.stdout_file = read.text("stdout-file");
  settings.stderr_file = read.text("stderr-file");
  settings.max_output = read.parse("max-output", model::parse_size_limit, model::SizeLimit{});
  settings.on_overflow = read.parse("on-overflow", parse_word<kOnOverflow>, model::OnOverflow::truncate);
  if (settings.on_overflow == model::OnOverflow::fail) settings.limits.fail_past = settings.max_output;
  settings.json = read.text("json");
  settings.junit = read.text("junit");
  settings.markdown = read.text("markdown");
  read.refuse_same_file({"json", "junit", "markdown"});
  if (read.given("events")) settings.events = read.parse("events", model::parse_event_destination, {});
  settings.summary = read.parse("summary", parse_word<kShowSummary>, model::ShowSummary::always);
  settings.digest = read.parse("digest", parse_word<kShowDigest>, model::ShowDigest::automatic);
  settings.ci = read.parse<Ci>("ci", parse_word<kCi>, {});
  settings.ci_stop_commands = read.flag("ci-stop-commands");
  settings.show = read.parse("show", parse_word<kShowOutput>, model::ShowOutput::live);
  if (read.flag("quiet")) {
    settings.show = model::ShowOutput::failure;
    settings.summary = model::ShowSummary::failure;
  }
  settings.status_on_usr1 = read.parse("sigusr1", parse_word<kSigusr1>, false);
  settings.timestamps = read.flag("timestamps");
  settings.limits.ok_exit = read.parse("ok-exit", model::ExitCodes::parse, {});
  settings.exit_policy.preserve_status = read.flag("preserve-status");
  settings.cgroup = read.parse("cgroup", parse_word<kUseCgroup>, model::UseCgroup::automatic);
  if (read.flag("require-cgroup")) settings.cgroup = model::UseCgroup::required;
  settings.name = read.text("name");
  settings.verbose = read.flag("verbose");
  for (const std::string_view name : {"log", "json", "junit", "markdown", "stdout-file", "stderr-file"}) {
    if (read.given(name) && *read.text(name) == "-") {
      read.fail(fmt::format("{}: '-' is not a file; stdout is the command's alone", read.where(name)));
    }
  }

  // A heartbeat that nobody asked for is no reason to come between a command and its terminal.
  if (!settings.capture() && read.given("heartbeat") && read.where("heartbeat") == kContinuousIntegration) {
    settings.notices.heartbeat.reset();
  }

  if (read.error()) return std::unexpected(*read.error());
  return settings;
}

bool Settings::holds_stdout_back() const { return only_final && retry.retries > 0 && show == model::ShowOutput::live; }

bool Settings::capture() const {
  const bool passed_on = show == model::ShowOutput::live && !timestamps;
  const bool searched = !retry.on.patterns().empty() || !retry.not_on.patterns().empty();
  return !no_log || limits.idle || limits.fail_past || stdout_file || stderr_file || events || ci_stop_commands ||
         !passed_on || searched || holds_stdout_back();
}

}  // namespace oversee::settings
