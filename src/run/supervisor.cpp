// Runs attempts and follows signals.
#include "run/supervisor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "model/mechanism.hpp"
#include "os/clock.hpp"
#include "os/process_tree.hpp"
#include "os/terminal.hpp"

namespace oversee::run {
namespace {

using model::Mechanism;
using model::Reason;
using model::Status;
using model::works;

// After fg a stale stop can be seen; a stop that lasts is a stop.
constexpr auto kSettle = std::chrono::milliseconds(40);

// Once the command has ended and its limit is over, how long a slow reader of its output may still take.
constexpr auto kReaderBound = std::chrono::seconds(5);

}  // namespace

Supervisor::Supervisor(uv::Loop& loop, const model::RunSpec& spec, Caller caller)
    : loop_(loop),
      spec_(spec),
      caller_(caller),
      settle_(loop, [this] { look_at_stopped_leader(); }),
      flush_(loop, [this] { readers_too_slow(); }) {}

model::Result<void> Supervisor::prepare(const std::string& run_id, bool capture) {
  if (spec_.input.kind != model::StandardInput::Kind::inherit) {
    const bool null = spec_.input.kind == model::StandardInput::Kind::null;
    const std::string path = null ? "/dev/null" : spec_.input.path;
    input_.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!input_) return std::unexpected(model::Failure{"open the command's standard input (--stdin)", errno, path, {}});
  }
  auto signals = os::SignalWatch::open(os::supervised_signals(), caller_.signals);
  if (!signals) return std::unexpected(signals.error());
  signals_.emplace(std::move(*signals));
  signal_poll_ = std::make_unique<uv::PollWatch>(loop_, signals_->fd(), [this] { read_signals(); });

  if (works(Mechanism::front_adopts)) os::adopt_orphans();  // should the guard die, what it held comes to us
  AttemptPlan plan{.spec = &spec_,
                   .number = static_cast<int>(results_.size()) + 1,
                   .run_id = run_id,
                   .input = input_ ? input_.get() : STDIN_FILENO,
                   .capture = capture,
                   .shares_group = shares_terminal(),
                   .pty = spec_.pty,
                   .caller_signals = caller_.signals};
  attempt_ = std::make_unique<Attempt>(
      loop_, std::move(plan),
      Attempt::Callbacks{.publish = [this](const model::Event& event, const model::Reading& at) { publish(event, at); },
                         .on_done = [this] { attempt_done(); },
                         .before_exit = [this] { read_signals(); },
                         .on_guard_gone =
                             [this] {
                               if (reported_) loop_.stop();
                             }});
  attempt_->on_leader_stopped = [this] { leader_stopped(); };
  return attempt_->prepare();
}

model::ExitAction Supervisor::run(const model::RunInfo& info) {
  publish(model::RunStarted{&info}, info.started);
  attempt_->begin(info, attempt_environment(info));
  loop_.run();
  attempt_->let_go();
  model::AttemptResult& last = results_.back();
  judge_output(last);
  publish(model::AttemptFinished{&last}, last.finished);
  const model::Reading finished = os::read_clock();
  const model::Verdict verdict = judge(results_, spec_.exit_policy);
  publish(model::RunFinished{&info, &results_, verdict, finished}, finished);
  reported_ = true;
  while (!attempt_->guard_gone()) loop_.run();  // it was ending while the reports were written
  return verdict.exit;
}

void Supervisor::publish(const model::Event& event, const model::Reading& at) {
  for (model::EventSink* sink : sinks_) sink->on(event, at);
}

std::vector<std::string> Supervisor::attempt_environment(const model::RunInfo& info) const {
  std::vector<std::string> environment = spec_.environment;
  // An outer oversee's own are not the inner one's; of two equal names the first would win.
  std::erase_if(environment, [](const std::string& variable) {
    return variable.starts_with("OVERSEE_RUN_ID=") || variable.starts_with("OVERSEE_ATTEMPT=") ||
           variable.starts_with("OVERSEE_ATTEMPTS=") || variable.starts_with("OVERSEE_LOG_FILE=");
  });
  environment.push_back("OVERSEE_RUN_ID=" + info.id);
  environment.push_back(fmt::format("OVERSEE_ATTEMPT={}", results_.size() + 1));
  environment.push_back(fmt::format("OVERSEE_ATTEMPTS={}", info.attempts));
  if (!info.log_path.empty()) environment.push_back("OVERSEE_LOG_FILE=" + info.log_path);
  return environment;
}

void Supervisor::attempt_done() {
  model::AttemptResult result = attempt_->result();
  take_tally(model::Stream::out, result.out);
  take_tally(model::Stream::err, result.err);
  results_.push_back(std::move(result));
  if (on_attempt_end) on_attempt_end(results_.back());
  wait_for_readers();
}

void Supervisor::take_tally(model::Stream stream, model::StreamCount& count) const {
  if (!tally_of) return;
  const model::StreamTally tally = tally_of(stream);
  count.lines = tally.lines;
  count.omitted_bytes = tally.omitted_bytes;
  count.omitted_lines = tally.omitted_lines;
  count.spilled_bytes = tally.spilled_bytes;
  count.spill_path = tally.spill_path;
}

void Supervisor::wait_for_readers() {
  flushing_ = true;
  const model::AttemptResult& result = results_.back();
  const bool stopped = result.status == Status::timed_out || result.status == Status::cancelled;
  const auto soon = os::read_clock().instant + kReaderBound;
  if (stopped) {
    flush_.set(soon);
  } else if (const auto deadline = attempt_->wall_deadline()) {
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

// Never a success for a run whose output did not get to where it was to go.
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

void Supervisor::handle(const os::ReceivedSignal& signal) {
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
      if (command_has_it && attempt_->started()) break;  // it will stop, and so shall we
      if (command_has_it) {
        // Stopped on its way to exec it holds up the guard, and no word of it comes: then we stop by ourselves.
        stop_with_ = SIGTSTP;
        continued_ = false;
        settle_.set(os::read_clock().instant + kSettle);
        break;
      }
      // A group without a terminal has nobody in it to continue it and ignores TSTP: STOP it is.
      attempt_->signal_group(caller_.has_terminal ? SIGTSTP : SIGSTOP);
      stop_with_ = caller_.has_terminal ? SIGTSTP : SIGSTOP;
      continued_ = false;
      settle_.set(os::read_clock().instant + kSettle);
      break;
    case SIGCONT:
      continued_ = true;
      settle_.set(os::read_clock().instant + kSettle);
      break;
    default:
      if (signal.number == SIGUSR1 && on_status_asked) return on_status_asked();
      attempt_->signal_leader(signal.number);
      break;
  }
}

void Supervisor::cancel(const os::ReceivedSignal& signal) {
  if (flushing_) {  // nothing but a reader is left to wait for
    model::AttemptResult& result = results_.back();
    if (result.status == Status::completed) {
      result.status = Status::cancelled;
      result.reason = Reason::signal;
      result.cancelled_by = model::Canceller{signal.number, signal.sender};
    }
    loop_.stop();
    return;
  }
  // A terminal that is gone tells the session's leader alone, which may be us (tty_ioctl(4), credentials(7)).
  bool typed = signal.from_terminal && shares_terminal() && signal.number != SIGHUP;
  if (spec_.pty && signal.from_terminal && (signal.number == SIGINT || signal.number == SIGQUIT)) {
    // At our terminal, whose keys were not handed on: the command's own would have done this.
    attempt_->signal_group(signal.number);
    typed = true;
  }
  attempt_->cancel({.by = {signal.number, signal.sender}, .from_terminal = typed, .keys_read = os::reads_keys()});
}

// Only a command that shares our terminal takes us along: without one, nobody would be there to continue us.
void Supervisor::leader_stopped() {
  if (!caller_.has_terminal) return;
  stop_with_ = SIGTSTP;
  continued_ = false;
  settle_.set(os::read_clock().instant + kSettle);
}

void Supervisor::look_at_stopped_leader() {
  if (attempt_->started() && !attempt_->leader_stopped()) return;
  if (continued_) {
    attempt_->continue_tree();
    return;
  }
  attempt_->suspended();
  os::stop_self(stop_with_);
  attempt_->resumed();
}

}  // namespace oversee::run
