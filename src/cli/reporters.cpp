// Creates and connects the reporters.
#include "cli/reporters.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "cli/console.hpp"
#include "model/byte_size.hpp"
#include "os/clock.hpp"
#include "os/file_work.hpp"

namespace oversee::cli {
namespace {

// The width of a requested status line that goes to a file or pipe.
constexpr std::size_t kWidestStatus = 1024;

// Fast enough that seconds are seen to pass, slow enough to cost nothing.
constexpr auto kBetweenDraws = std::chrono::milliseconds(200);

constexpr std::array kBothStreams{model::Stream::out, model::Stream::err};

std::vector<report::SettingValue> settings_in_force(const settings::Settings& settings, const model::RunSpec& spec) {
  std::vector<report::SettingValue> values{
      {"timeout", model::format_time_limit(spec.limits.wall)},
      {"idle-timeout", model::format_time_limit(spec.limits.idle)},
      {"stop", model::format_stop_ladder(spec.limits.ladder)},
      {"max-output", settings.max_output ? model::format_byte_size(*settings.max_output) : "none"},
      {"on-overflow", std::string(to_string(settings.on_overflow))},
      {"pty", settings.pty ? "true" : "false"},
      {"retries", fmt::format("{}", settings.retry.retries)},
      {"total-timeout", model::format_time_limit(settings.total)},
      {"flaky", std::string(to_string(settings.exit_policy.on_flaky))}};
  if (!spec.timeout_origin.empty()) values.push_back({"timeout-origin", spec.timeout_origin});
  return values;
}

}  // namespace

bool StatusDisplay::possible() {
  const char* name = std::getenv("TERM");
  return console().is_terminal() && name != nullptr && *name != '\0' && std::string_view(name) != "dumb";
}

StatusDisplay::StatusDisplay(uv::Loop& loop) : timer_(loop, [this] { draw(); }) {}

void StatusDisplay::start() { timer_.set(os::read_clock().instant + kBetweenDraws); }

void StatusDisplay::stop() {
  timer_.set({});
  console().wipe_status();
}

void StatusDisplay::draw() {
  const model::Instant now = os::read_clock().instant;
  // Keep the last column free: some terminals wrap as soon as it is written.
  console().show_status(line_.text(now, console().columns() - 1));
  timer_.set(now + kBetweenDraws);
}

// A sink that throttles the command when its reader is slow.
class PacedSink final : public model::ByteSink {
 public:
  PacedSink(model::ByteSink& inner, run::Supervisor& supervisor) : inner_(inner), supervisor_(supervisor) {
    inner_.on_ready = [this] {
      for (const model::Stream stream : kBothStreams) supervisor_.resume(stream);
    };
  }
  model::ByteSink& inner() const { return inner_; }

  bool write(std::string_view bytes) override {
    if (inner_.write(bytes)) return true;
    for (const model::Stream stream : kBothStreams) supervisor_.pause(stream);
    return true;  // the command is throttled, so the writer need not be
  }
  bool idle() const override { return inner_.idle(); }

 private:
  model::ByteSink& inner_;
  run::Supervisor& supervisor_;
};

// The log comes first, so that output a user has seen is logged even if oversee is killed a moment later. The JSON
// summary comes after log and events, because it contains their state.
Reporters::Reporters(uv::Loop& loop, run::Supervisor& supervisor, const settings::Settings& settings,
                     const model::RunSpec& spec, RunFiles& files, os::UniqueFd event_file, model::CiService ci)
    : supervisor_(supervisor),
      settings_(settings),
      files_(files),
      show_(settings.show),
      shown_as_(settings.mask_live ? run::Audience::shown : run::Audience::as_read),
      shown_(open_shown_outputs(loop)),
      copy_({.begin = [this](int attempt) { files_.begin_copies(attempt); },
             .sink = [this](model::Stream stream) { return copy_sink(stream); }}),
      json_(files.summary_stores(), settings_in_force(settings, spec), states()),
      notices_({.sink = &console().lines(),
                .output_known = settings.capture(),
                .output_shown = show_ == model::ShowOutput::live,
                .retries_told = settings.summary == model::ShowSummary::always,
                .holds_stdout = shown_.out == shown_.err,
                .within_line = within_line_}),
      asked_status_(settings.capture()),
      digest_(settings.junit ? report::FailureDigest::Of::every_attempt : report::FailureDigest::Of::failures),
      ci_(ci, settings, shown_, console().lines(), within_line_, digest_),
      digest_lines_(
          {.show = ci_.tells_digest() && settings.digest == model::ShowDigest::automatic ? model::ShowDigest::never
                                                                                         : settings.digest,
           .summary = settings.summary,
           .output_shown = settings.show != model::ShowOutput::never},
          digest_, [this](std::string_view lines) { ci_.print(lines); }),
      summary_(
          settings.summary, console().is_terminal(), [this](std::string_view lines) { ci_.print(lines); },
          colours_on_stderr()) {
  watch_sinks();
  supervisor.all_shown = [this] { return all_shown(); };
  supervisor.on_last_end = [this](const model::AttemptResult& result) { show(result); };

  open_log();
  if (show_ == model::ShowOutput::failure) hold_output_back();
  if (settings.holds_stdout_back()) hold_stdout_back();
  const bool live = show_ == model::ShowOutput::live;
  screen_.emplace(shown_,
                  ScreenUndo::Setting{
                      .output_known = settings.capture(), .out_is_live = live && !held_stdout_, .err_is_live = live},
                  ScreenUndo::Callbacks{[this](std::string undo) { supervisor_.hold_screen(std::move(undo)); },
                                        [this] { return supervisor_.had_single_keys(); }});
  if (show_ == model::ShowOutput::live && settings.capture()) {
    relay_.emplace(*shown_.out, *shown_.err, [this](model::Stream stream) { supervisor_.pause(stream); });
    if (settings.timestamps) relay_->stamp_lines();
    if (held_stdout_) {
      supervisor.tell(relayed_.emplace(*relay_, model::Stream::err), shown_as_);
    } else {
      supervisor.tell(*relay_, shown_as_);
    }
  } else if (show_ != model::ShowOutput::live && StatusDisplay::possible()) {
    status_.emplace(loop);
    supervisor.tell(status_->line());
    status_->start();
  }
  supervisor.tell(*screen_, shown_as_);
  if (settings.stdout_file || settings.stderr_file) {
    supervisor.tell(copy_);
    files.on_copy_lost([this](int error) { supervisor_.output_lost(error); });
  }
  if (settings.events) {
    events_.emplace(loop, std::move(event_file), settings.events->written, settings_in_force(settings, spec),
                    [this](OutputFile& file) -> model::ByteSink& { return hold_back_for(file, event_sink_); });
    supervisor.tell(events_->reporter());
  }
  open_reports();
  supervisor.tell(json_);
  if (settings.status_on_usr1) answer_status();
  const bool notices = settings.notices.slow_after || settings.notices.heartbeat || settings.status_on_usr1;
  if (notices || settings.retry.retries > 0 || settings.slot) supervisor.tell(notices_, shown_as_);
  ci_.tell_of(supervisor, show_ == model::ShowOutput::live, shown_as_);
  supervisor.tell(digest_lines_);
  if (!settings.is_repetition) supervisor.tell(summary_);  // else the parent reports the end
}

report::JsonSummary::States Reporters::states() {
  report::JsonSummary::States states{.log = [this] { return files_.finish_log(); }};
  if (settings_.events) states.events = [this] { return events_->finish(files_.answers()); };
  return states;
}

void Reporters::watch_sinks() {
  for (const model::Stream stream : kBothStreams) {
    model::ByteSink& sink = stream == model::Stream::out ? *shown_.out : *shown_.err;
    // If one sink serves both streams, notify both.
    sink.on_ready = [this, stream, before = sink.on_ready] {
      if (before) before();
      supervisor_.resume(stream);
      supervisor_.sink_progressed();
      notices_.sink_ready();
    };
    sink.on_error = [this, stream, before = sink.on_error](int error) {
      if (before) {
        before(error);
      } else if (error != EPIPE) {
        warn(fmt::format("cannot write to {}: {}; the command goes on, its output is kept in the log only",
                         to_string(stream), os::describe_write_error(error)));
      }
      supervisor_.sink_failed(stream, error);
    };
  }
}

Reporters::~Reporters() = default;

void Reporters::open_log() {
  if (files_.log() == nullptr) {
    supervisor_.tally_of = [this](model::Stream stream) { return lines_.tally(stream); };
    if (settings_.capture()) supervisor_.tell(lines_);
    return;
  }
  report::OverflowPolicy policy{.most_kept = settings_.max_output};
  if (settings_.on_overflow == model::OnOverflow::spill) {
    policy.spill = [this](model::Stream stream) -> std::optional<report::SpillFile> {
      OutputFile* file = files_.spill(stream);
      if (file == nullptr) return {};
      return report::SpillFile{&hold_back_for(*file, spill_sinks_[model::index(stream)]), files_.spill_path(stream)};
    };
  }
  if (settings_.log_required) {
    files_.on_log_lost([this](int error) { supervisor_.output_lost(error); });
  }
  model::ByteSink& sink = hold_back_for(*files_.log(), log_sink_);
  if (settings_.log_format == model::LogFormat::raw) {
    raw_log_.emplace(sink, std::move(policy));
    supervisor_.tally_of = [this](model::Stream stream) { return raw_log_->tally(stream); };
    supervisor_.tell(*raw_log_);
  } else {
    tagged_log_.emplace(sink, std::move(policy));
    supervisor_.tally_of = [this](model::Stream stream) { return tagged_log_->tally(stream); };
    supervisor_.tell(*tagged_log_);
  }
}

model::ByteSink* Reporters::copy_sink(model::Stream stream) {
  OutputFile* copy = files_.copy(stream);
  if (copy == nullptr) return nullptr;
  const bool shared = stream == model::Stream::err && copy == files_.copy(model::Stream::out);
  return &hold_back_for(*copy, copy_sinks_[shared ? 0 : model::index(stream)]);
}

// If writing to the file may block on its reader, throttles the command.
model::ByteSink& Reporters::hold_back_for(OutputFile& file, std::unique_ptr<PacedSink>& paced) {
  if (!file.can_block()) return file.sink();
  if (!paced || &paced->inner() != &file.sink()) paced = std::make_unique<PacedSink>(file.sink(), supervisor_);
  return *paced;
}

void Reporters::hold_output_back() {
  held_.emplace(
      settings_.max_output,
      report::HeldOutput::Callbacks{.make_files = [this] { return files_.scratch_files(); },
                                    .show =
                                        [this](model::Stream stream, std::string_view bytes) {
                                          screen_->output_shown(stream, bytes);
                                          return (stream == model::Stream::out ? shown_.out : shown_.err)->write(bytes);
                                        },
                                    .show_gap = [this](std::uint64_t bytes) { return tell_gap(bytes); }});
  supervisor_.tell(*held_, shown_as_);
}

// Without a limit: a truncated result would be useless.
void Reporters::hold_stdout_back() {
  held_.emplace(std::nullopt,
                report::HeldOutput::Callbacks{.make_files = [this] { return files_.scratch_files(); },
                                              .show =
                                                  [this](model::Stream stream, std::string_view bytes) {
                                                    screen_->output_shown(stream, bytes);
                                                    return shown_.out->write(bytes);
                                                  },
                                              .show_gap = [this](std::uint64_t bytes) { return tell_gap(bytes); }});
  supervisor_.tell(held_stdout_.emplace(*held_, model::Stream::out), shown_as_);
}

// On stderr: stdout carries only the command's output.
bool Reporters::tell_gap(std::uint64_t bytes) {
  std::string line = fmt::format("\noversee: {} of the output are left out here", model::describe_byte_size(bytes));
  if (const auto& failure = held_->failure()) line += fmt::format(": {}", describe(*failure));
  return console().lines().write(line + '\n');
}

// The digest copies output, so attach it only if it is needed.
void Reporters::open_reports() {
  const bool wanted =
      settings_.digest != model::ShowDigest::never || settings_.junit || settings_.markdown || ci_.active();
  if (wanted && settings_.capture()) supervisor_.tell(digest_);
  if (settings_.junit) supervisor_.tell(junit_.emplace(digest_, files_.junit_store()));
  if (settings_.markdown) supervisor_.tell(markdown_.emplace(digest_, files_.markdown_store()));
}

void Reporters::answer_status() {
  supervisor_.tell(asked_status_);
  supervisor_.on_status_asked = [this] {
    const std::size_t columns = console().is_terminal() ? console().columns() : kWidestStatus;
    const std::string line = asked_status_.text(os::read_clock().instant, columns);
    notices_.answer(line.empty() ? "oversee: no attempt is running just now" : line);
  };
}

void Reporters::show(const model::AttemptResult& result) {
  if (status_) status_->stop();
  const bool by_hand =
      result.status == model::Status::cancelled && result.cancelled_by && result.cancelled_by->pid == 0;
  // After Ctrl-C the output is not shown.
  releasing_ = held_ && (held_stdout_ || (result.status != model::Status::completed && !by_hand));
  // Output that was lost before being shown makes the run fail.
  if (releasing_ && held_->failure()) supervisor_.output_lost(EIO);
  files_.finish_copies();
  // With stdout buffered, the section around stderr is already open.
  if (releasing_ && !held_stdout_) ci_.section_follows();
  last_ = &result;
  if (!releasing_) screen_->attempt_ended(result);
}

void Reporters::finish() {
  if (const model::OwnLines own = console().finish(); own.dropped_lines != 0) json_.finish(own);
}

void Reporters::tell_again() { json_.finish({}); }

bool Reporters::all_shown() {
  if (releasing_ && held_->release()) {
    releasing_ = false;
    screen_->attempt_ended(*last_);
  }
  return !releasing_ && shown_.idle();
}

}  // namespace oversee::cli
