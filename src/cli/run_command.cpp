// Puts a run together: what is run, who is told, where it goes.
#include "cli/run_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/command_form.hpp"
#include "cli/console.hpp"
#include "cli/outputs.hpp"
#include "history/run_id.hpp"
#include "model/byte_size.hpp"
#include "model/command_line.hpp"
#include "os/clock.hpp"
#include "os/file.hpp"
#include "os/host.hpp"
#include "os/terminal.hpp"
#include "report/line_count.hpp"
#include "report/relay.hpp"
#include "report/summary_line.hpp"
#include "report/tagged_log.hpp"
#include "run/supervisor.hpp"

namespace oversee::cli {
namespace {

model::ExitAction refused(const model::Failure& failure) {
  say(describe(failure));
  return {model::kExitOwnFailure, {}};
}

std::vector<std::string> caller_environment() {
  std::vector<std::string> environment;
  for (char** each = ::environ; *each != nullptr; ++each) environment.emplace_back(*each);
  return environment;
}

model::Result<model::RunSpec> make_spec(const settings::Settings& settings) {
  model::RunSpec spec;
  auto argv = command_argv(settings);
  if (!argv) return std::unexpected(argv.error());
  spec.argv = std::move(*argv);
  auto environment = command_environment(settings, caller_environment());
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
  spec.exit_policy = settings.exit_policy;
  return spec;
}

// Ends the process without waiting for a writer whose reader is stalled. All else is closed and reaped by now.
[[noreturn]] void leave(const model::ExitAction& exit) {
  if (exit.die_of) os::die_of(*exit.die_of);
  ::_exit(exit.code);
}

std::string directory_of(const model::RunSpec& spec) {
  if (spec.directory.starts_with('/')) return spec.directory;
  const std::string here = os::current_directory();
  return spec.directory.empty() ? here : here + '/' + spec.directory;
}

// What a person would call the run: the program, the script, the first word of a shell line.
std::string name_of(const settings::Settings& settings, const model::RunSpec& spec) {
  if (settings.name) return *settings.name;
  if (settings.shell_line) {
    const std::string first = settings.shell_line->substr(0, settings.shell_line->find_first_of(" \t\n;|&<>()"));
    if (!first.empty()) return std::string(model::base_name(first));
  }
  return std::string(model::base_name(settings.script ? *settings.script : spec.argv.front()));
}

model::RunInfo make_info(const settings::Settings& settings, const model::RunSpec& spec, const RunFiles& files,
                         const model::Reading& started) {
  model::RunInfo info;
  info.id = files.run_id();
  info.name = name_of(settings, spec);
  info.argv = spec.argv;
  info.command = settings.shell_line ? *settings.shell_line : model::quote_command(spec.argv);
  info.directory = directory_of(spec);
  info.host = os::host_name();
  info.pid = os::process_id();
  info.version = OVERSEE_VERSION;
  info.limits = spec.limits;
  info.attempts = spec.attempts;
  info.log_path = files.log_path();
  info.started = started;
  return info;
}

std::vector<report::SettingValue> settings_in_force(const settings::Settings& settings, const model::RunSpec& spec) {
  return {{"timeout", model::format_time_limit(spec.limits.wall)},
          {"stop", model::format_stop_ladder(spec.limits.ladder)},
          {"max-output", settings.max_output ? model::format_byte_size(*settings.max_output) : "none"}};
}

}  // namespace

model::ExitAction run_command(const settings::Settings& settings, const os::SignalState& caller) {
  const model::Reading started = os::read_clock();
  const auto spec = make_spec(settings);
  if (!spec) return refused(spec.error());

  // The guard's start is what takes longest: it goes on while the files are opened.
  uv::Loop loop;
  run::Supervisor supervisor(loop, *spec, {.signals = caller, .has_terminal = os::has_controlling_terminal()});
  const bool capture = !settings.no_log;
  const std::string id = history::make_run_id(started.wall);
  if (const auto ready = supervisor.prepare(id, capture); !ready) return refused(ready.error());
  auto files = RunFiles::open(settings, id, started);
  if (!files) return refused(files.error());

  ShownOutputs shown = open_shown_outputs(loop);
  report::Relay relay(*shown.out, *shown.err, [&](model::Stream stream) { supervisor.pause(stream); });
  for (const model::Stream stream : {model::Stream::out, model::Stream::err}) {
    model::ByteSink& sink = stream == model::Stream::out ? *shown.out : *shown.err;
    // Behind one sink for both streams, both are told.
    sink.on_ready = [&supervisor, stream, before = sink.on_ready] {
      if (before) before();
      supervisor.resume(stream);
      supervisor.sink_progressed();
    };
    sink.on_error = [&supervisor, stream, before = sink.on_error](int error) {
      if (before) {
        before(error);
      } else if (error != EPIPE) {
        warn(fmt::format("cannot write to {}: {}; the command goes on, its output is kept in the log only",
                         stream == model::Stream::out ? "stdout" : "stderr", std::strerror(error)));
      }
      supervisor.sink_failed(stream, error);
    };
  }
  supervisor.all_shown = [&] { return shown.idle(); };

  std::optional<report::TaggedLog> log;
  report::LineCount lines;
  if (files->log() != nullptr) log.emplace(*files->log(), settings.max_output);
  supervisor.tally_of = [&](model::Stream stream) { return log ? log->tally(stream) : lines.tally(stream); };
  report::JsonSummary json(files->summary_stores(), settings_in_force(settings, *spec),
                           [&] { return files->log_state(); });
  report::SummaryLine line(settings.summary, print_error_lines);

  // The relay first: what is shown waits for nothing. The JSON after the log, whose state it tells.
  if (capture) supervisor.tell(relay);
  if (log) {
    supervisor.tell(*log);
  } else {
    supervisor.tell(lines);
  }
  supervisor.tell(json);
  supervisor.tell(line);

  const model::RunInfo info = make_info(settings, *spec, *files, started);
  if (settings.verbose) say(fmt::format("run {}: {}", info.id, info.command));
  model::ExitAction exit = supervisor.run(info);
  if (files->summary_lost() && exit == model::ExitAction{0, {}}) exit.code = model::kExitOwnFailure;
  leave(exit);
}

}  // namespace oversee::cli
