// Assembles a run: the command, its files and its reporters.
#include "cli/run_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "cli/automatic_timeout.hpp"
#include "cli/command_form.hpp"
#include "cli/console.hpp"
#include "cli/detach_command.hpp"
#include "cli/masks.hpp"
#include "cli/outputs.hpp"
#include "cli/reporters.hpp"
#include "cli/settings_files.hpp"
#include "cli/verbose_lines.hpp"
#include "history/cleaning_turn.hpp"
#include "history/run_id.hpp"
#include "model/ci_service.hpp"
#include "model/command_line.hpp"
#include "model/mechanism.hpp"
#include "model/secrets.hpp"
#include "os/clock.hpp"
#include "os/event_target.hpp"
#include "os/file.hpp"
#include "os/file_work.hpp"
#include "os/host.hpp"
#include "os/own_place.hpp"
#include "os/process_stat.hpp"
#include "os/process_usage.hpp"
#include "os/terminal.hpp"
#include "run/supervisor.hpp"

namespace oversee::cli {
namespace {

// How long cleaning may take; a later run continues it.
constexpr auto kCleaningBound = std::chrono::seconds(2);

model::ExitAction refused(const model::Failure& failure) {
  say_error(describe(failure));
  return {model::kExitOwnFailure, {}};
}

model::Result<model::RunSpec> make_spec(const settings::Settings& settings) {
  model::RunSpec spec;
  auto argv = command_argv(settings);
  if (!argv) return std::unexpected(argv.error());
  spec.argv = std::move(*argv);
  auto environment = command_environment(settings, own_environment());
  if (!environment) return std::unexpected(environment.error());
  spec.environment = std::move(*environment);
  if (!settings.directory.empty()) {
    if (auto there = os::check_directory(settings.directory, "run in the directory"); !there) {
      return std::unexpected(there.error());
    }
  }
  spec.directory = settings.directory;
  spec.input = settings.input;
  spec.limits = settings.limits;
  if (settings.automatic_timeout) {
    const auto timeout = automatic_timeout(run_name(settings, spec.argv), *settings.automatic_timeout);
    if (!timeout) return std::unexpected(timeout.error());
    spec.limits.wall = timeout->limit;
    spec.timeout_origin = origin_of(*timeout);
  }
  if (auto& backstop = spec.limits.process.cpu_backstop) {
    // If the caller's limit is lower, a death by it must not be attributed to ours.
    if (const auto callers = os::own_cpu_limit(); callers && *callers <= *backstop) backstop.reset();
  }
  spec.notices = settings.notices;
  spec.output_is_shown = settings.show == model::ShowOutput::live;
  spec.exit_policy = settings.exit_policy;
  spec.pty = settings.pty;
  spec.cgroup = settings.cgroup;
  spec.on_timeout = settings.on_timeout.value_or("");
  spec.retry = settings.retry;
  spec.total = settings.total;
  spec.slot = settings.slot;
  spec.before_retry = settings.before_retry.value_or("");
  spec.shell = settings.shell;
  return spec;
}

// How long file systems may take before the command starts.
model::Duration file_bound(const settings::Settings& settings) {
  model::Duration bound = os::kFileBound;
  if (settings.limits.wall) bound = std::min(bound, *settings.limits.wall);
  if (settings.total) bound = std::min(bound, *settings.total);
  return bound;
}

// Whether the user has named files or directories, which may be on any file system.
bool names_files(const settings::Settings& settings) {
  return settings.log || settings.json || settings.junit || settings.markdown || settings.stdout_file ||
         settings.stderr_file || settings.script || settings.events || settings.automatic_timeout ||
         !settings.directory.empty() || !settings.env_files.empty();
}

// Runs the work in a side process if it may hang.
model::Result<void> prepare(bool beside, const std::function<void()>& work, model::Duration bound,
                            const os::SignalState& caller) {
  if (!beside || !model::works(model::Mechanism::write_aside)) return work(), model::Result<void>();
  console().hold();
  const auto done = os::do_beside(work, bound, caller);
  console().release();
  return done;
}

// Delays everything that follows the start of the command until the run can be found: a script that has seen the
// command's output, or has the id from --detach, may name the run immediately. The record is written while the guard
// starts the command, so usually there is no wait.
class RecordFirst final : public model::EventSink {
 public:
  explicit RecordFirst(RunFiles& files) : files_(files) {}

  void on(const model::Event& event, const model::Reading&) override {
    if (std::holds_alternative<model::AttemptStarted>(event) && !std::exchange(done_, true)) files_.await_record();
  }

 private:
  RunFiles& files_;
  bool done_ = false;
};

// Exits without waiting for a writer thread whose reader is stalled. The kernel closes everything else.
void leave(const model::ExitAction& exit) {
  if (!model::works(model::Mechanism::leave_at_once)) return;
  os::leave_files();
  if (exit.die_of) os::die_of(*exit.die_of);
  ::_exit(exit.code);
}

std::string directory_of(const model::RunSpec& spec) {
  if (spec.directory.starts_with('/')) return spec.directory;
  const std::string here = os::current_directory();
  return spec.directory.empty() ? here : here + '/' + spec.directory;
}

// Paths of output files are not masked, because users need them to find the files.
void mask(model::RunInfo& info, const match::Masks& masks) {
  info.name = masks.masked(info.name);
  for (auto& [key, value] : info.labels) value = masks.masked(value);
  for (std::string& word : info.argv) word = masks.masked(word);
  info.command = info.is_shell_line ? masks.masked(info.command) : model::quote_command(info.argv);
  info.directory = masks.masked(info.directory);
}

model::RunInfo make_info(const settings::Settings& settings, const model::RunSpec& spec, const RunFiles& files,
                         const model::Reading& started) {
  model::RunInfo info;
  info.id = files.run_id();
  info.name = run_name(settings, spec.argv);
  info.labels = settings.labels;
  info.argv = model::masked_words(spec.argv);
  info.command = settings.shell_line ? model::masked_line(*settings.shell_line) : model::quote_command(info.argv);
  info.directory = directory_of(spec);
  info.is_shell_line = settings.shell_line.has_value();
  info.changed_directory = !spec.directory.empty();
  info.host = os::host_name();
  info.pid = os::process_id();
  if (const auto own = os::process_stat(info.pid)) info.born = own->born;
  info.place = os::own_place();
  info.life_lock = files.life_lock();
  info.version = OVERSEE_VERSION;
  info.limits = spec.limits;
  info.attempts = spec.attempts();
  info.total = spec.total;
  info.slot = spec.slot;
  info.log_path = files.log_path();
  info.log_format = settings.log_format;
  info.json_path = files.json_path();
  info.started = started;
  return info;
}

// Cleans up after the run, so that the command does not wait for it. Failures do not affect this run.
void clean_in_turn(const settings::Settings& settings, RunFiles& files) {
  if (files.directory() == nullptr) return;
  const auto cleaned = std::make_shared<std::optional<history::Cleaned>>();
  const auto clean = [cleaned, directory = files.directory(), keep = settings.keep, id = files.run_id()] {
    *cleaned = history::take_cleaning_turn(*directory, keep, id);
  };
  files.do_last(clean, settings.verbose ? std::optional<model::Duration>(kCleaningBound) : std::nullopt);
  if (!settings.verbose || !*cleaned) return;
  const history::Cleaned& done = **cleaned;
  if (done.runs.empty() && done.stray_files == 0) return;
  say(fmt::format("{}: {}", files.directory()->path(), describe(done)));
}

}  // namespace

model::ExitAction run_command(const settings::Settings& settings, const os::SignalState& caller, os::UniqueFd answer,
                              Answers answers) {
  const model::Reading started = os::read_clock();
  const model::Duration bound = file_bound(settings);
  model::Result<model::RunSpec> spec;
  model::Result<NamedOutputs> named;
  std::optional<model::Result<os::EventTarget>> event_target;
  const auto look = [&] {
    spec = make_spec(settings);
    // Before opening long-lived descriptors, including the guard's: none may take a number that the user named or
    // inherit it.
    if (spec) named = NamedOutputs::find(settings);
    if (spec && named && settings.events) event_target.emplace(os::EventTarget::open(*settings.events));
  };
  if (const auto done = prepare(names_files(settings), look, bound, caller); !done) return refused(done.error());
  if (!spec) return refused(spec.error());
  if (!named) return refused(named.error());
  if (event_target && !*event_target) return refused(event_target->error());

  // Starting the guard takes longest, so it overlaps with opening the files.
  uv::Loop loop;
  const ConsoleOnLoop on_loop(loop);
  const bool has_terminal = os::has_controlling_terminal();
  // For --repeat in a container process 1 is the parent, which forwards HUP.
  const bool below_first = settings.is_repetition && os::parent_process_id() == 1;
  run::Supervisor supervisor(loop, *spec,
                             {.signals = caller,
                              .has_terminal = has_terminal,
                              .hup_is_reload = os::hup_is_reload(has_terminal && !below_first)});
  const model::CiService ci = settings.ci ? *settings.ci : model::detect_ci(own_environment());
  run::MaskSettings masks = mask_settings(settings, spec->environment, ci, own_environment());
  supervisor.mask(masks);
  const bool capture = settings.capture();
  const std::string id = history::make_run_id(started.wall);
  const auto scratch = [] { return make_scratch(os::temporary_directory(), "standard input is not kept for a retry"); };
  if (const auto ready = supervisor.prepare(id, capture, scratch); !ready) return refused(ready.error());
  std::optional<model::Result<RunFiles>> opened;
  model::Result<os::UniqueFd> event_file;
  const auto open = [&] {
    opened.emplace(RunFiles::open(loop, settings, std::move(*named), id, started));
    if (*opened && event_target) event_file = std::move(**event_target).begin();
  };
  if (const auto done = prepare(true, open, bound, caller); !done) return refused(done.error());
  if (!*opened) return refused(opened->error());
  if (!event_file) return refused(event_file.error());
  model::Result<RunFiles>& files = *opened;
  RecordFirst record_first(*files);
  supervisor.tell(record_first);
  std::optional<StartAnswer> start_answer;
  if (answers == Answers::started) {
    if (!files->has_record()) return refused({"detach", 0, {}, "a run without a record could not be found again"});
    supervisor.tell(start_answer.emplace(std::move(answer)));
  } else {
    files->answer_to(std::move(answer));
  }
  Reporters reporters(loop, supervisor, settings, *spec, *files, std::move(*event_file), ci);
  model::RunInfo info = make_info(settings, *spec, *files, started);
  mask(info, masks.masks);
  masks.on_learnt = [&] { mask(info, masks.masks); };
  VerboseLines verbose_lines;
  if (settings.verbose) {
    say(fmt::format("run {}: {}", info.id, info.command));
    if (!spec->timeout_origin.empty()) {
      say(fmt::format("timeout {} ({})", model::describe_duration(*spec->limits.wall), spec->timeout_origin));
    }
    supervisor.tell(verbose_lines);
  }
  model::ExitAction exit = supervisor.run(info, files->slots());
  clean_in_turn(settings, *files);
  if (files->end_writers()) reporters.tell_again();
  reporters.finish();
  if (files->summary_lost() && exit == model::ExitAction{0, {}}) exit.code = model::kExitOwnFailure;
  leave(exit);
  return exit;
}

}  // namespace oversee::cli
