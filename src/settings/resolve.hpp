// Turns the layers' texts into typed values, or into one sentence that names the culprit.
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
  // The command's form: at most one of the first two; `words` are the command or the form's arguments.
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
  std::optional<std::string> automatic_timeout;  // limits.wall comes from earlier runs; the place that asks for it
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
  std::optional<std::uint64_t> max_output;  // bytes of a stream; none: all
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
  std::optional<model::CiService> ci;  // none: by the environment
  bool ci_stop_commands = false;
  bool status_on_usr1 = false;  // SIGUSR1 asks us how the run is; else it is the command's

  std::optional<std::string> name;
  std::vector<std::pair<std::string, std::string>> labels;  // sorted by key, each key once
  bool detach = false;
  bool verbose = false;
  bool is_repetition = false;  // one of several that another oversee starts and tells of

  bool explain = false;
  bool explain_json = false;

  std::vector<std::string> warnings;  // what is allowed and yet hardly meant, each ready to follow "oversee: warning: "

  // Whether the command's output comes through us; else it has our own stdout and stderr.
  bool capture() const;

  // Whether stdout is shown once it is known to be the last attempt's.
  bool holds_stdout_back() const;
};

struct Resolution {
  Settings settings;  // of use only where there are no errors
  std::vector<SettingError> errors;
};

// All that is wrong.
Resolution examine(const Layer& layer, std::vector<std::string> words);

// The first that is wrong. `layer` holds all sources, the stronger having overridden the weaker; `words` are the
// command line's rest.
std::expected<Settings, SettingError> resolve(const Layer& layer, std::vector<std::string> words);

}  // namespace oversee::settings
