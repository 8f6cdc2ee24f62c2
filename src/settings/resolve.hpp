// Turns a layer's texts into typed values, or into an error that names the setting at fault.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/ci_service.hpp"
#include "model/event_destination.hpp"
#include "model/retention.hpp"
#include "model/run_spec.hpp"
#include "settings/layer.hpp"
#include "settings/setting_error.hpp"

namespace oversee::settings {

struct Settings {
  // The form of the command: at most one of shell_line and script; `words` are the command or the form's arguments.
  std::optional<std::string> shell_line;
  std::optional<std::string> script;
  std::string shell;
  std::optional<std::string> interpreter;
  std::vector<std::string> words;

  std::string directory;
  std::vector<std::string> env;
  std::vector<std::string> env_files;
  std::vector<std::string> unset_env;
  bool clear_env = false;
  model::StandardInput input;
  bool pty = false;

  model::AttemptLimits limits;
  std::optional<std::string> automatic_timeout;  // limits.wall comes from earlier runs; holds the place of the request
  std::optional<std::string> on_timeout;
  model::NoticeTimes notices;
  model::RetryPolicy retry;
  model::TimeLimit total;
  std::optional<std::string> before_retry;
  bool only_final = false;
  int repeat = 1;
  bool until_fail = false;
  int jobs = 1;
  model::ExitPolicy exit_policy;
  model::UseCgroup cgroup = model::UseCgroup::automatic;
  std::optional<model::SlotRequest> slot;

  std::optional<std::string> log;
  std::optional<std::string> log_dir;
  bool no_log = false;
  std::optional<std::uint64_t> max_output;  // bytes per stream; empty: no limit
  model::LogFormat log_format = model::LogFormat::tagged;
  model::LogMode log_mode = model::LogMode::truncate;
  bool log_required = false;
  model::Retention keep;
  std::optional<std::string> stdout_file;
  std::optional<std::string> stderr_file;
  model::ShowOutput show = model::ShowOutput::live;
  bool timestamps = false;
  std::vector<std::string> mask_variables;  // whose values are masked
  std::vector<std::string> mask_patterns;   // in RE2's syntax
  bool mask_live = true;                    // in what is shown, too
  model::OnOverflow on_overflow = model::OnOverflow::truncate;
  std::optional<std::string> json;
  std::optional<std::string> junit;
  std::optional<std::string> markdown;
  std::optional<model::EventDestination> events;
  model::ShowSummary summary = model::ShowSummary::always;
  model::ShowDigest digest = model::ShowDigest::automatic;
  std::optional<model::CiService> ci;  // empty: detect from the environment
  bool ci_stop_commands = false;
  bool status_on_usr1 = false;  // SIGUSR1 asks oversee for the status; else it is forwarded to the command

  std::optional<std::string> name;
  std::vector<std::pair<std::string, std::string>> labels;  // sorted by key, each key once
  bool detach = false;
  bool verbose = false;
  bool is_repetition = false;  // one of the runs that an outer oversee starts and reports

  bool explain = false;
  bool explain_json = false;

  std::vector<std::string> warnings;  // probable mistakes, each worded to follow "oversee: warning: "

  // Whether oversee reads the command's output; else the command inherits oversee's stdout and stderr.
  bool capture() const;

  // Whether stdout is buffered until it is known to come from the last attempt.
  bool holds_stdout_back() const;
};

struct Resolution {
  Settings settings;  // valid only without errors
  std::vector<SettingError> errors;
};

// Collects all errors.
Resolution examine(const Layer& layer, std::vector<std::string> words);

// Fails with the first error. `layer` holds all sources, with weaker values overridden; `words` are the rest of the
// command line.
std::expected<Settings, SettingError> resolve(const Layer& layer, std::vector<std::string> words);

}  // namespace oversee::settings
