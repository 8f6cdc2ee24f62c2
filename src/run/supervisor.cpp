// Runs the attempts of a run.
#include "run/supervisor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "model/mechanism.hpp"
#include "os/asked_file.hpp"
#include "os/clock.hpp"
#include "os/file_work.hpp"
#include "os/process_tree.hpp"
#include "os/random.hpp"

namespace oversee::run {
namespace {

using model::Mechanism;
using model::Reason;
using model::Status;
using model::works;

// How long a slow reader of the output may take after the command has ended and its limit is over.
constexpr auto kReaderBound = std::chrono::seconds(5);

// Longer than any wait, and far from the end of the clock.
constexpr auto kEver = std::chrono::hours(24 * 365);

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  for (const std::uint8_t byte : os::random_bytes()) seed = seed << 8U | byte;
  return seed;
}

}  // namespace

Supervisor::Supervisor(uv::Loop& loop, const model::RunSpec& spec, Caller caller)
    : loop_(loop),
      spec_(spec),
      caller_(caller),
      patterns_(spec.retry),
      delay_(loop, [this] { begin_retry_if_due(); }),
      settle_(loop, [this] { look_at_stopped_leader(); }),
      flush_(loop, [this] { readers_too_slow(); }) {
  // A mask must not change the decision about a retry.
  if (patterns_.any()) tell(patterns_, Audience::as_read);
}

void Supervisor::mask(MaskSettings& masks) {
  if (!masks.active()) return;
  masks_ = &masks.masks;
  masked_output_.emplace(
      loop_, masks,
      MaskedOutput::Callbacks{[this](const model::Event& event, const model::Reading& at, bool shown, bool kept) {
        for (const auto& [sink, audience] : sinks_) {
          if ((shown && audience == Audience::shown) || (kept && audience == Audience::kept)) sink->on(event, at);
        }
      }});
}

model::Result<void> Supervisor::prepare(const std::string& run_id, bool capture, const MakeScratch& make_scratch) {
  run_id_ = run_id;
  capture_ = capture;
  if (auto opened = open_input_in_time(make_scratch); !opened) return opened;
  terminal_ = CallersTerminal::find();
  auto signals = os::SignalWatch::open(os::supervised_signals(), caller_.signals);
  if (!signals) return std::unexpected(signals.error());
  signals_.emplace(std::move(*signals));
  signal_poll_ = std::make_unique<uv::PollWatch>(loop_, signals_->fd(), [this] { read_signals(); });

  if (works(Mechanism::front_adopts)) os::adopt_orphans();  // if the guard dies, this process inherits its tree
  if (spec_.slot) return {};                                // a waiting run is a single process; its guard starts later
  auto first = prepare_attempt();
  if (!first) return std::unexpected(first.error());
  attempt_ = std::move(*first);
  return {};
}

// The first attempt reads the caller's own input, and no part of oversee reads from it. A retry reads a file from the
// offset at which the first attempt began; a pipe or a socket only if it is kept, or if no attempt has read from it. A
// file may be on a file system that does not respond, and opening a FIFO waits for a writer: without a limit, oversee
// waits as a shell does.
model::Result<void> Supervisor::open_input_in_time(const MakeScratch& make_scratch) {
  if (spec_.input.kind != model::StandardInput::Kind::file) return open_input(make_scratch);
  model::Duration bound = kEver;
  if (spec_.limits.wall) bound = std::min(bound, *spec_.limits.wall);
  if (spec_.total) bound = std::min(bound, *spec_.total);
  model::Result<void> opened;
  const os::AskedFile asked("open the command's standard input (--stdin)", spec_.input.path);
  const auto done = os::do_beside([&] { opened = open_input(make_scratch); }, bound, caller_.signals);
  return done ? opened : done;
}

model::Result<void> Supervisor::open_input(const MakeScratch& make_scratch) {
  if (!spec_.input.is_callers()) {
    const bool null = spec_.input.kind == model::StandardInput::Kind::null;
    const std::string& path = spec_.input.path;
    input_ = null ? os::open_empty_input() : os::UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!input_) {
      return std::unexpected(
          model::Failure{"open the command's standard input (--stdin)", errno, null ? "/dev/null" : path, {}});
    }
  }
  if (spec_.retry.retries == 0) return {};
  const int input = input_ ? input_.get() : STDIN_FILENO;
  if (os::is_channel(input) && spec_.input.kind == model::StandardInput::Kind::inherit) {
    read_watch_.emplace(input);
  } else if (os::is_channel(input)) {
    replay_.emplace(loop_, input, make_scratch(), InputReplay::kMost);
  } else if (const off_t start = ::lseek(input, 0, SEEK_CUR); start >= 0) {
    input_start_ = start;
  }
  return {};
}

model::Result<int> Supervisor::next_input() {
  if (replay_) return replay_->open();
  const int input = input_ ? input_.get() : STDIN_FILENO;
  if (input_start_ && !results_.empty()) (void)::lseek(input, *input_start_, SEEK_SET);
  return input;
}

model::Result<std::unique_ptr<Attempt>> Supervisor::prepare_attempt() {
  const auto input = next_input();
  if (!input) return std::unexpected(input.error());
  AttemptPlan plan{.spec = &spec_,
                   .number = results_.count() + 1,
                   .run_id = run_id_,
                   .input = *input,
                   .capture = capture_,
                   .shares_group = shares_terminal(),
                   .pty = spec_.pty,
                   .slot = slot_ && works(Mechanism::guard_holds_slot) ? slot_->queue().held() : -1,
                   .terminal = terminal_ ? &*terminal_ : nullptr,
                   .masks = masks_,
                   .caller_signals = caller_.signals};
  auto attempt = std::make_unique<Attempt>(
      loop_, std::move(plan),
      Attempt::Callbacks{.publish = [this](const model::Event& event, const model::Reading& at) { publish(event, at); },
                         .on_done = [this] { attempt_done(); },
                         .before_exit = [this] { read_signals(); },
                         .on_cancel = [this](const CancelRequested& request) { asked_by_way_of_attempt(request); },
                         .on_guard_gone =
                             [this] {
                               if (reported_) loop_.stop();
                             }});
  attempt->on_leader_stopped = [this] { leader_stopped(); };
  if (auto ready = attempt->prepare(); !ready) return std::unexpected(ready.error());
  return attempt;
}

model::ExitAction Supervisor::run(const model::RunInfo& info, model::SlotQueue* slots) {
  info_ = &info;
  publish(model::RunStarted{&info}, info.started);
  slots != nullptr ? wait_for_slot(*slots) : begin_attempts(info.started.instant);
  loop_.run();
  read_signals();  // signals that have arrived by now precede the verdict
  if (attempt_) attempt_->let_go();
  if (!between_ && results_.back().begun()) {
    judge_output(results_.back());
    publish(model::AttemptFinished{&results_.back()}, results_.back().finished);
  }
  const model::Reading finished = os::read_clock();
  const model::Verdict verdict = judge(results_.kept(), spec_.exit_policy, end_);
  publish(model::RunFinished{&info, &results_.kept(), verdict, finished, results_.omitted()}, finished);
  reported_ = true;
  while (!all_guards_gone()) loop_.run();  // the guards exit while the reports are written
  return verdict.exit;
}

void Supervisor::begin_attempts(model::Instant start) {
  retries_.emplace(spec_.retry, spec_.total, start, random_seed());
  if (!attempt_) {
    auto first = prepare_attempt();
    if (!first) {
      results_.add(unprepared(first.error()));
      return end_attempts(model::NotRetried::not_wanted);
    }
    attempt_ = std::move(*first);
  }
  begin_attempt();
}

void Supervisor::begin_attempt() {
  if (terminal_) terminal_->remember();
  attempt_->begin(*info_, next_environment(), retries_->total_end());
  if (!screen_undo_.empty()) attempt_->hold_screen(screen_undo_);
}

void Supervisor::hold_screen(std::string undo) {
  if (undo == screen_undo_) return;
  screen_undo_ = std::move(undo);
  if (attempt_) attempt_->hold_screen(screen_undo_);
}

bool Supervisor::all_guards_gone() const {
  return (!attempt_ || attempt_->guard_gone()) && std::ranges::all_of(ended_, &Attempt::guard_gone) &&
         std::ranges::all_of(lines_, &UserLine::guard_gone) && (!orphans_ || orphans_->over());
}

void Supervisor::publish(const model::Event& event, const model::Reading& at) {
  if (masked_output_) {
    if (const auto* output = std::get_if<model::OutputArrived>(&event)) {
      for (const auto& [sink, audience] : sinks_) {
        if (audience == Audience::as_read) sink->on(event, at);
      }
      return masked_output_->on(*output, at);
    }
    if (const auto* output = std::get_if<model::UserLineOutput>(&event)) return masked_output_->on(*output, at);
    if (const auto* ended = std::get_if<model::UserLineEnded>(&event)) masked_output_->on(*ended, at);
  }
  for (const auto& [sink, audience] : sinks_) sink->on(event, at);
}

std::vector<std::string> Supervisor::next_environment() const {
  const model::RunInfo& info = *info_;
  std::vector<std::string> environment = spec_.environment;
  // Removes the variables of an outer oversee; of two equal names the first would win.
  std::erase_if(environment, [](const std::string& variable) {
    return variable.starts_with("OVERSEE_RUN_ID=") || variable.starts_with("OVERSEE_ATTEMPT=") ||
           variable.starts_with("OVERSEE_ATTEMPTS=") || variable.starts_with("OVERSEE_LOG_FILE=");
  });
  environment.push_back("OVERSEE_RUN_ID=" + info.id);
  environment.push_back(fmt::format("OVERSEE_ATTEMPT={}", results_.count() + 1));
  environment.push_back(fmt::format("OVERSEE_ATTEMPTS={}", info.attempts));
  if (!info.log_path.empty()) environment.push_back("OVERSEE_LOG_FILE=" + info.log_path);
  return environment;
}

void Supervisor::attempt_done() {
  if (masked_output_) masked_output_->finish(os::read_clock());
  model::AttemptResult result = attempt_->result();
  take_tally(model::Stream::out, result.out);
  take_tally(model::Stream::err, result.err);
  take_result(std::move(result));
}

// The result of an attempt that could not be prepared, as if its command could not be started.
model::AttemptResult Supervisor::unprepared(const model::Failure& failure) const {
  model::AttemptResult result;
  result.number = results_.count() + 1;
  result.reason = Reason::spawn;
  result.spawn_failure = model::SpawnFailure{failure.stage, failure.error, failure.subject};
  result.started = result.finished = os::read_clock();
  return result;
}

void Supervisor::take_result(model::AttemptResult result) {
  result.before_retry = std::exchange(line_result_, {});
  if (terminal_ && !spec_.pty && !result.ended_by_itself()) terminal_->put_back();
  results_.add(std::move(result));
  if (replay_) replay_->close();
  const Hindrances hindrances{.output_gone = reader_gone_ || sink_error_ != 0,
                              .input_read = read_watch_ && read_watch_->may_have_been_read(),
                              .input_gone = replay_ && !replay_->kept()};
  const auto decision = retries_->after(
      results_.back(), [this](std::string_view pattern) { return patterns_.wrote(pattern); }, hindrances,
      os::read_clock().instant);
  if (const auto* again = std::get_if<RetryMachine::Again>(&decision)) return wait_for_retry(*again);
  const auto why = std::get<model::NotRetried>(decision);
  // The attempt ended by itself or by a limit, and a cancel prevents the next one.
  if (why == model::NotRetried::cancelled && results_.back().status != Status::cancelled)
    end_.cancelled_by = canceller_;
  end_attempts(why);
}

void Supervisor::take_tally(model::Stream stream, model::StreamCount& count) const {
  if (!tally_of) return;
  const model::StreamTally tally = tally_of(stream);
  count.lines = tally.lines;
  // Masked output may be longer than the original.
  count.omitted_bytes = std::min(tally.omitted_bytes, count.bytes);
  count.omitted_lines = tally.omitted_lines;
  count.spilled_bytes = tally.spilled_bytes;
  count.spill_path = tally.spill_path;
}

void Supervisor::wait_for_readers() {
  flushing_ = true;
  const model::AttemptResult& result = results_.back();
  const bool stopped = result.status == Status::timed_out || result.status == Status::cancelled;
  const auto soon = os::read_clock().instant + kReaderBound;
  auto deadline = attempt_ ? attempt_->wall_deadline() : std::nullopt;
  if (const auto total = retries_ ? retries_->total_end() : std::nullopt; total && (!deadline || *total < *deadline))
    deadline = total;
  if (stopped || between_) {
    flush_.set(soon);
  } else if (deadline) {
    flush_.set(std::max(soon, *deadline));
  }
  sink_progressed();
}

void Supervisor::sink_progressed() {
  if (flushing_ && (!all_shown || all_shown())) loop_.stop();
}

void Supervisor::readers_too_slow() {
  shown_in_time_ = false;
  loop_.stop();
}

// A run is never a success if its output did not reach its destination.
void Supervisor::judge_output(model::AttemptResult& result) const {
  if (result.status != Status::completed) return;
  if (sink_error_ != 0 && works(Mechanism::reader_error)) {
    result.status = Status::failed;
    result.reason = Reason::output_error;
  } else if (!shown_in_time_) {
    result.status = Status::timed_out;
    result.reason = Reason::timeout;
  }
}

void Supervisor::pause(model::Stream stream) {
  if (attempt_) attempt_->pause(stream);
}

void Supervisor::resume(model::Stream stream) {
  if (attempt_) attempt_->resume(stream);
}

void Supervisor::sink_failed(model::Stream stream, int error) {
  if (error == EPIPE) {
    reader_gone_ = true;
    if (attempt_ && works(Mechanism::reader_loss)) attempt_->abandon(stream);
  } else {
    output_lost(error);
  }
  sink_progressed();
}

void Supervisor::output_lost(int error) {
  if (sink_error_ == 0) sink_error_ = error;
}

}  // namespace oversee::run
