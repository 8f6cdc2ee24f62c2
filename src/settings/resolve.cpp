// Parses and cross-checks settings.
#include "settings/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <map>

#include "match/line_search.hpp"
#include "model/byte_size.hpp"
#include "model/reason_code.hpp"
#include "model/whole_number.hpp"
#include "settings/environment.hpp"
#include "settings/reader.hpp"
#include "settings/table.hpp"

namespace oversee::settings {
namespace {

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
constexpr std::array kWhenFull{Word{"wait", model::WhenFull::wait}, Word{"fail", model::WhenFull::fail}};
constexpr std::array kSigusr1{Word{"forward", false}, Word{"status", true}};
constexpr std::array kMaskLive{Word{"yes", true}, Word{"no", false}};
constexpr std::array kExplainFormat{Word{"text", false}, Word{"json", true}};
constexpr std::array kLogFormat{Word{"tagged", model::LogFormat::tagged}, Word{"raw", model::LogFormat::raw}};

constexpr std::array kLogMode{Word{"truncate", model::LogMode::truncate}, Word{"append", model::LogMode::append},
                              Word{"rotate", model::LogMode::rotate}};

// A snapshot may delay a stop by this much; only a hook of the user may take longer.
constexpr auto kLongestLook = std::chrono::milliseconds(500);
constexpr auto kLongestLine = std::chrono::seconds(10);

constexpr std::string_view kAutomatic = "auto";

// "auto" is resolved elsewhere: it depends on the history, which settings do not know.
model::Parsed<model::TimeLimit> parse_timeout(std::string_view text) {
  if (text == kAutomatic) return model::TimeLimit();
  auto limit = model::parse_time_limit(text);
  if (!limit) limit.error().allowed += "; or auto";
  return limit;
}

model::StandardInput standard_input(const std::optional<std::string>& what) {
  using Kind = model::StandardInput::Kind;
  if (!what || *what == "inherit") return {Kind::inherit, {}};
  if (*what == "replay") return {Kind::replay, {}};
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
    given.push_back({std::string(built_in), "built-in", Origin::built_in});
  }
  for (const Given& each : given) {
    const auto causes = model::RetryCauses::parse(each.text);
    if (!causes) {
      read.refuse(each, causes.error().allowed);
      continue;
    }
    for (const std::string& pattern : causes->patterns()) {
      const auto compiled = match::Pattern::compile(pattern);
      if (!compiled)
        read.refuse({pattern, each.where, each.origin, each.profile, each.place}, compiled.error().allowed);
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

std::optional<model::SlotRequest> read_slot(Reader& read) {
  const auto most = read.parse<model::CountLimit>("max-concurrent", model::parse_concurrency, {});
  model::SlotRequest slot{.group = read.text("group").value_or(std::string(find("group")->built_in)),
                          .most = most.value_or(1),
                          .when_full = read.parse("when-full", parse_word<kWhenFull>, model::WhenFull::wait),
                          .patience = read.parse<model::TimeLimit>("queue-timeout", model::parse_time_limit, {})};
  for (const std::string_view name : {"group", "when-full", "queue-timeout"}) {
    if (read.given(name) && !read.given("max-concurrent")) {
      read.fail_at(name, "it says nothing without a number of runs; give --max-concurrent N as well");
    }
  }
  if (slot.group.size() > model::SlotRequest::kLongestGroup) {
    read.fail_at("group", fmt::format("it is longer than {} bytes", model::SlotRequest::kLongestGroup));
  }
  if (slot.patience && slot.when_full == model::WhenFull::fail) {
    read.fail_at("queue-timeout", "with --when-full fail nothing is waited for; give one of them");
  }
  if (!most) return {};
  return slot;
}

std::vector<std::pair<std::string, std::string>> read_labels(Reader& read, const Layer& layer) {
  std::map<std::string, std::string> labels;  // a later source is stronger
  for (const Given& each : layer.all("label")) {
    const std::size_t equals = each.text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      read.refuse(each, "a key and a value such as team=core");
    } else {
      labels[each.text.substr(0, equals)] = each.text.substr(equals + 1);
    }
  }
  return {labels.begin(), labels.end()};
}

bool is_variable_name(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::string_view kOthers = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.-";
  return !text.empty() && !kDigits.contains(text.front()) && text.front() != '-' &&
         std::ranges::all_of(text, [&](char c) { return kDigits.contains(c) || kOthers.contains(c); });
}

void read_masks(Reader& read, const Layer& layer, Settings& settings) {
  for (const Given& each : layer.all("mask")) {
    if (is_variable_name(each.text)) {
      settings.mask_variables.push_back(each.text);
      continue;
    }
    if (each.text.size() < 3 || !each.text.starts_with('/') || !each.text.ends_with('/')) {
      read.refuse(each, "the name of a variable, or a regular expression between slashes such as /ghp_[A-Za-z0-9]+/");
      continue;
    }
    std::string pattern = each.text.substr(1, each.text.size() - 2);
    const auto compiled = match::Pattern::compile(pattern);
    if (!compiled) read.refuse(each, compiled.error().allowed);
    settings.mask_patterns.push_back(std::move(pattern));
  }
  settings.mask_live = read.parse("mask-live", parse_word<kMaskLive>, true);
}

std::map<model::Reason, int> read_exit_codes(Reader& read, const Layer& layer) {
  std::map<model::Reason, int> codes;  // a later source is stronger
  for (const Given& each : layer.all("exit-code")) {
    const auto code = model::ReasonCode::parse(each.text);
    if (code) {
      codes[code->reason] = code->code;
    } else {
      read.refuse(each, code.error().allowed);
    }
  }
  return codes;
}

std::string no_command(const Reader& read) {
  if (!read.given("profile")) return "no command given; write oversee [OPTIONS] -- COMMAND [ARG]...";
  return fmt::format("no command given, and profile '{0}' has none; write oversee -P {0} -- COMMAND [ARG]...",
                     *read.plain_text("profile"));
}

// Combinations that are allowed but probably unintended.
void warn_of_contradictions(const Reader& read, Settings& settings) {
  const model::TimeLimit grace = settings.limits.ladder.rungs().front().grace;
  if (read.given("kill-after") && settings.total && grace && *grace > *settings.total) {
    settings.warnings.push_back(fmt::format("{}: its {} is longer than the total timeout, {} by {}",
                                            read.where("kill-after"), *read.plain_text("kill-after"),
                                            *read.plain_text("total-timeout"), read.where("total-timeout")));
  }
}

void read_command(Reader& read, Settings& settings) {
  read.refuse_rivals();
  settings.shell_line = read.text("shell-line");
  settings.script = read.text("script");
  settings.shell = read.text("shell").value_or(std::string(find("shell")->built_in));
  settings.interpreter = read.text("interpreter");
  settings.explain = read.flag("explain");
  if (!settings.shell_line && !settings.script && settings.words.empty() && !settings.explain) {
    read.fail(no_command(read));
  }
  if (settings.interpreter && !settings.script) {
    read.fail_at("interpreter", "it runs a script; name one by --script FILE");
  }
}

void read_environment(Reader& read, const Layer& layer, Settings& settings) {
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
}

void read_time_limits_and_stop(Reader& read, Settings& settings) {
  settings.limits.wall = read.parse<model::TimeLimit>("timeout", parse_timeout, {});
  if (read.plain_text("timeout") == kAutomatic) settings.automatic_timeout = read.where("timeout");
  settings.limits.idle = read.parse<model::TimeLimit>("idle-timeout", model::parse_time_limit, {});
  settings.notices.slow_after = read.parse<model::TimeLimit>("slow-after", model::parse_time_limit, {});
  settings.notices.heartbeat = read.parse<model::TimeLimit>("heartbeat", model::parse_time_limit, {});
  const model::Signal signal = read.parse<model::Signal>("signal", model::parse_rung_signal, SIGTERM);
  const model::TimeLimit grace = read.parse<model::TimeLimit>("kill-after", model::parse_time_limit, {});
  if (read.given("stop")) {
    settings.limits.ladder = read.parse("stop", model::StopLadder::parse, settings.limits.ladder);
  } else {
    if (signal == model::kNoSignal && !grace) {
      read.fail_at("kill-after", "with --signal 0, which sends nothing, it needs a time for KILL");
    }
    settings.limits.ladder = model::StopLadder(signal, grace);
  }
  settings.limits.reach = read.parse("kill", parse_word<kReach>, model::StopReach::tree);
  settings.limits.on_leak = read.parse("leaks", parse_word<kOnLeak>, model::OnLeak::kill);
  settings.limits.leak = read.parse<model::TimeLimit>("leak-timeout", model::parse_time_limit, {});
}

void read_files(Reader& read, Settings& settings) {
  settings.log = read.text("log");
  settings.log_dir = read.text("log-dir");
  settings.no_log = read.flag("no-log");
  settings.log_format = read.parse("log-format", parse_word<kLogFormat>, model::LogFormat::tagged);
  settings.log_mode = read.parse("log-mode", parse_word<kLogMode>, model::LogMode::truncate);
  settings.log_required = read.flag("log-required");
  settings.keep = {.runs = read.parse("keep-runs", model::parse_count_limit, model::CountLimit{}),
                   .age = read.parse("keep-for", model::parse_time_limit, model::TimeLimit{}),
                   .bytes = read.parse("keep-size", model::parse_size_limit, model::SizeLimit{})};
  settings.stdout_file = read.text("stdout-file");
  settings.stderr_file = read.text("stderr-file");
  settings.max_output = read.parse("max-output", model::parse_size_limit, model::SizeLimit{});
  settings.on_overflow = read.parse("on-overflow", parse_word<kOnOverflow>, model::OnOverflow::truncate);
  if (settings.on_overflow == model::OnOverflow::fail) settings.limits.fail_past = settings.max_output;
  settings.json = read.text("json");
  settings.junit = read.text("junit");
  settings.markdown = read.text("markdown");
  read.refuse_same_file({"json", "junit", "markdown"});
}

void read_what_is_shown(Reader& read, Settings& settings) {
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
}

}  // namespace

// Errors come in the order of these steps.
Resolution examine(const Layer& layer, std::vector<std::string> words) {
  Reader read(layer);
  Settings settings;
  settings.words = std::move(words);

  read_command(read, settings);
  read_environment(read, layer, settings);
  read_time_limits_and_stop(read, settings);
  read_retries(read, layer, settings);
  read_resource_limits(read, settings.limits);

  settings.limits.evidence = kLongestLook;
  settings.on_timeout = read.text("on-timeout");
  if (settings.on_timeout) settings.limits.on_timeout = kLongestLine;

  read_files(read, settings);
  read_what_is_shown(read, settings);
  settings.status_on_usr1 = read.parse("sigusr1", parse_word<kSigusr1>, false);
  settings.timestamps = read.flag("timestamps");
  read_masks(read, layer, settings);
  settings.limits.ok_exit = read.parse("ok-exit", model::ExitCodes::parse, {});
  settings.exit_policy.preserve_status = read.flag("preserve-status");
  settings.exit_policy.codes = read_exit_codes(read, layer);
  settings.cgroup = read.parse("cgroup", parse_word<kUseCgroup>, model::UseCgroup::automatic);
  if (read.flag("require-cgroup")) settings.cgroup = model::UseCgroup::required;
  settings.slot = read_slot(read);
  settings.name = read.text("name");
  settings.labels = read_labels(read, layer);
  settings.detach = read.flag("detach");
  if (settings.detach && settings.input.kind == model::StandardInput::Kind::replay) {
    read.fail_at("stdin", "a detached run has no standard input of its caller's; give a file's name or null");
  }
  settings.verbose = read.flag("verbose");
  (void)read.flag("no-config");  // was applied earlier; this only validates it
  settings.explain_json = read.parse("format", parse_word<kExplainFormat>, false);
  read.refuse_dashes(settings.show == model::ShowOutput::never || settings.detach);

  // A default heartbeat is no reason to capture the output of a command that owns its terminal.
  if (!settings.capture() && read.given("heartbeat") && read.where("heartbeat") == kContinuousIntegration) {
    settings.notices.heartbeat.reset();
  }

  warn_of_contradictions(read, settings);
  return {std::move(settings), read.take_errors()};
}

std::expected<Settings, SettingError> resolve(const Layer& layer, std::vector<std::string> words) {
  Resolution resolution = examine(layer, std::move(words));
  if (!resolution.errors.empty()) return std::unexpected(std::move(resolution.errors.front()));
  return std::move(resolution.settings);
}

bool Settings::holds_stdout_back() const { return only_final && retry.retries > 0 && show == model::ShowOutput::live; }

bool Settings::capture() const {
  const bool passed_on = show == model::ShowOutput::live && !timestamps;
  const bool searched = !retry.on.patterns().empty() || !retry.not_on.patterns().empty();
  const bool masked = mask_live && (!mask_variables.empty() || !mask_patterns.empty());
  return !no_log || masked || limits.idle || limits.fail_past || stdout_file || stderr_file || events ||
         ci_stop_commands || !passed_on || searched || holds_stdout_back();
}

}  // namespace oversee::settings
