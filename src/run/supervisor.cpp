// Runs the attempts of a run.
#include "run/supervisor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "model/mechanism.hpp"
#include "model/secrets.hpp"
#include "os/clock.hpp"
#include "os/process_tree.hpp"
#include "os/random.hpp"
#include "os/terminal.hpp"

namespace oversee::run {
namespace {

using model::Mechanism;
using model::Reason;
using model::Status;
using model::works;

// How long a slow reader of the output may take after the command has ended and its limit is over.
constexpr auto kReaderBound = std::chrono::seconds(5);

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  for (const std::uint8_t byte : os::random_bytes()) seed = seed << 8U | byte;
  return seed;
}

// The result of a run without an attempt.
model::AttemptResult result_of_queue(Status status, Reason reason) {
  model::AttemptResult result;
  result.number = 0;
  result.status = status;
  result.reason = reason;
  return result;
}

}  // namespace

Supervisor::Supervisor(uv::Loop& loop, const model::RunSpec& spec, Caller caller)
    : loop_(loop),
      spec_(spec),
      caller_(caller),
      input_(loop, spec),
      patterns_(spec.retry),
      pause_(loop, spec,
             {.publish = [this](const model::Event& event, const model::Reading& at) { publish(event, at); },
              .on_over = [this] { begin_retry(); },
              .on_no_time = [this] { end_attempts(model::NotRetried::no_time); },
              .on_guard_gone = [this] { guard_gone(); }}),
      job_control_(loop, caller.has_terminal,
                   {.attempt = [this] { return present_attempt(); },
                    .on_suspended = [this](model::Duration time) { was_suspended(time); }}),
      flush_(loop, [this] { readers_too_slow(); }) {
  // A mask must not change the decision about a retry.
  if (patterns_.any()) tell(patterns_, Audience::as_read);
}

model::Result<void> Supervisor::prepare(const std::string& run_id, bool capture,
                                        const CommandInput::MakeScratch& make_scratch) {
  run_id_ = run_id;
  capture_ = capture;
  if (auto opened = input_.open(make_scratch, caller_.signals); !opened) return opened;
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

model::Result<std::unique_ptr<Attempt>> Supervisor::prepare_attempt() {
  const auto input = input_.next(!results_.empty());
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
                   .masks = events_.masks(),
                   .caller_signals = caller_.signals};
  auto attempt = std::make_unique<Attempt>(
      loop_, std::move(plan),
      Attempt::Callbacks{.publish = [this](const model::Event& event, const model::Reading& at) { publish(event, at); },
                         .on_done = [this] { attempt_done(); },
                         .before_exit = [this] { read_signals(); },
                         .on_cancel = [this](const CancelRequested& request) { asked_by_way_of_attempt(request); },
                         .on_guard_gone = [this] { guard_gone(); }});
  attempt->on_leader_stopped = [this] { job_control_.leader_stopped(); };
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
  if (!pause_.active() && results_.back().begun()) {
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

void Supervisor::wait_for_slot(model::SlotQueue& slots) {
  SlotWait::Callbacks callbacks;
  callbacks.on_taken = [this] { slot_taken(); };
  callbacks.on_full = [this] { end_in_queue(result_of_queue(Status::failed, Reason::queue_full)); };
  callbacks.on_too_long = [this] { end_in_queue(result_of_queue(Status::timed_out, Reason::queue_timeout)); };
  callbacks.on_failed = [this](const model::Failure& failure) {
    model::AttemptResult result = result_of_queue(Status::failed, Reason::spawn);
    result.spawn_failure = model::SpawnFailure{failure.stage, failure.error, failure.subject};
    end_in_queue(std::move(result));
  };
  callbacks.on_still_waiting = [this] {
    const model::SlotStanding standing = slot_->queue().standing();
    const model::Reading now = os::read_clock();
    publish(model::SlotAwaited{&standing, now.instant - slot_->begun()}, now);
  };
  slot_.emplace(loop_, slots, spec_.slot->patience, spec_.notices.heartbeat, std::move(callbacks));
  slot_->begin();
}

// From here on the run continues as one without slots: its time begins now.
void Supervisor::slot_taken() {
  const model::Reading now = os::read_clock();
  const std::string shared_with = slot_->queue().shared_with();
  publish(model::SlotTaken{&*spec_.slot, shared_with, now.instant - slot_->begun()}, now);
  begin_attempts(now.instant);
}

void Supervisor::end_in_queue(model::AttemptResult result) {
  const model::Reading now = os::read_clock();
  result.slot = slot_->queue().standing();
  result.started = {slot_->begun(), now.wall - (now.instant - slot_->begun())};
  result.finished = now;
  slot_->end();
  results_.add(std::move(result));
  end_attempts(model::NotRetried::not_wanted);
}

// No command exists that could get the signal.
void Supervisor::handle_in_queue(const os::ReceivedSignal& signal) {
  switch (signal.number) {
    case SIGINT:
    case SIGTERM:
    case SIGHUP:
    case SIGQUIT: {
      model::AttemptResult result = result_of_queue(Status::cancelled, Reason::signal);
      result.cancelled_by = model::Canceller{signal.number, signal.sender};
      end_in_queue(std::move(result));
      break;
    }
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU: {
      const auto before = os::read_clock().instant;
      slot_->suspend();
      os::stop_self(caller_.has_terminal ? SIGTSTP : SIGSTOP);
      slot_->resume(os::read_clock().instant - before);
      break;
    }
    default:
      if (signal.number == SIGUSR1 && on_status_asked) on_status_asked();
      break;
  }
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
         pause_.guards_gone();
}

void Supervisor::guard_gone() {
  if (reported_) loop_.stop();
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
  events_.finish_output(os::read_clock());
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
  result.before_retry = pause_.take_hook_result();
  if (terminal_ && !spec_.pty && !result.ended_by_itself()) terminal_->put_back();
  results_.add(std::move(result));
  input_.attempt_ended();
  const Hindrances hindrances{
      .output_gone = reader_gone_ || sink_error_ != 0, .input_read = input_.was_read(), .input_gone = input_.is_lost()};
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

// The ended attempt's guard remains, to finish the record if we are killed meanwhile.
void Supervisor::wait_for_retry(const RetryMachine::Again& again) {
  const model::AttemptResult& last = results_.back();
  publish(model::AttemptFinished{&last}, last.finished);
  const model::Reading now = os::read_clock();
  publish(model::Retrying{again.next, again.delay}, now);
  attempt_->leave_terminal();
  pause_.begin(now.instant, again.delay, last, *retries_,
               {events_.masked(model::masked_line(spec_.before_retry)), next_environment(), run_id_});
}

void Supervisor::begin_retry() {
  std::erase_if(ended_, [](const auto& each) { return each->guard_gone(); });
  auto next = prepare_attempt();
  if (!next) return take_result(unprepared(next.error()));
  std::swap(attempt_, *next);
  begin_attempt();
  // Only now: at each moment a guard must be able to finish the record.
  (*next)->let_go();
  ended_.push_back(std::move(*next));
}

void Supervisor::end_attempts(model::NotRetried why) {
  end_.not_retried = why;
  pause_.end();
  if (slot_) slot_->end();
  if (on_last_end) on_last_end(results_.back());
  wait_for_readers();
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
  if (stopped || pause_.active()) {
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

void Supervisor::read_signals() {
  while (const auto signal = signals_->next()) handle(*signal);
}

// The run ended before an attempt began: only our readers are awaited.
void Supervisor::handle_without_attempt(const os::ReceivedSignal& signal) {
  switch (signal.number) {
    case SIGINT:
    case SIGTERM:
    case SIGHUP:
    case SIGQUIT: loop_.stop(); break;
    default: break;
  }
}

void Supervisor::handle(const os::ReceivedSignal& signal) {
  if (os::asks_for_reload(signal, caller_.hup_is_reload)) return reload();
  if (in_queue()) return handle_in_queue(signal);
  if (!attempt_) return handle_without_attempt(signal);
  const bool shared = shares_terminal();
  const bool command_has_it = shared && signal.from_terminal;
  switch (signal.number) {
    case SIGINT:
    case SIGTERM:
    case SIGHUP:
    case SIGQUIT: cancel(signal); break;
    case SIGWINCH:
      attempt_->resize();
      if (!spec_.pty && !command_has_it) attempt_->signal_group(SIGWINCH);
      break;
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU: job_control_.stop_asked(command_has_it || (shared && sent_from_own_group(signal))); break;
    case SIGCONT: job_control_.continued(); break;
    default:
      if (signal.number == SIGUSR1 && on_status_asked) return on_status_asked();
      attempt_->signal_leader(signal.number);
      break;
  }
}

// Signals only the leader: a server tells its workers itself. Without a running command there is nothing to reload.
void Supervisor::reload() {
  if (!in_queue() && attempt_ && !pause_.active() && !flushing_) attempt_->signal_leader(SIGHUP);
}

// For a key at the command's own terminal, and for a signal to the guard: a command's `kill $PPID` means its
// supervisor.
void Supervisor::asked_by_way_of_attempt(const CancelRequested& request) {
  const os::ReceivedSignal signal{.number = request.by.signal, .from_terminal = request.from_terminal};
  if (os::asks_for_reload(signal, caller_.hup_is_reload)) return reload();
  cancel(request);
}

void Supervisor::cancel(const os::ReceivedSignal& signal) {
  // When a terminal hangs up, the kernel notifies only the session leader, which may be us (tty_ioctl(4),
  // credentials(7)).
  bool typed = signal.from_terminal && shares_terminal() && signal.number != SIGHUP;
  if (spec_.pty && signal.from_terminal && (signal.number == SIGINT || signal.number == SIGQUIT)) {
    // A key at our terminal that was not forwarded. The command's own terminal would have signalled its foreground
    // group.
    if (!flushing_ && !pause_.active()) attempt_->signal_group(signal.number);
    typed = true;
  }
  cancel({.by = {signal.number, signal.sender}, .from_terminal = typed, .keys_read = os::reads_keys()});
}

void Supervisor::cancel(const CancelRequested& request) {
  if (reported_) return;
  job_control_.forget_stop();
  retries_->cancel();
  if (!canceller_) canceller_ = request.by;
  if (flushing_) return cancel_at_the_end(request.by);
  if (pause_.active()) {
    end_.cancelled_by = request.by;
    end_attempts(model::NotRetried::cancelled);
    pause_.kill_hook();
    return;
  }
  attempt_->cancel(request);
}

// Only a reader is awaited. The outcome of a stop by a limit, or of a failed start, remains.
void Supervisor::cancel_at_the_end(const model::Canceller& by) {
  model::AttemptResult& result = results_.back();
  if (pause_.active()) {
    if (!end_.cancelled_by) end_.cancelled_by = by;
  } else if (!end_.cancelled_by && !attempt_->stopped() && !result.spawn_failure && !result.cancelled_by) {
    result.status = Status::cancelled;
    result.reason = Reason::signal;
    result.cancelled_by = by;
  }
  loop_.stop();
}

void Supervisor::was_suspended(model::Duration time) {
  retries_->stood_still(time);
  if (pause_.active()) pause_.was_suspended(time);
}

}  // namespace oversee::run
