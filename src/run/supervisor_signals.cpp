// What the signals that oversee is sent do to the run.
#include <unistd.h>

#include <csignal>

#include "os/clock.hpp"
#include "os/terminal.hpp"
#include "run/supervisor.hpp"

namespace oversee::run {
namespace {

using model::Reason;
using model::Status;

// After fg a stale stop can be seen; a stop that lasts is a stop.
constexpr auto kSettle = std::chrono::milliseconds(40);

// As editors stop all that shares the terminal with them: kill(0, SIGTSTP).
bool sent_from_own_group(const os::ReceivedSignal& signal) {
  return signal.sender > 0 && ::getpgid(signal.sender) == ::getpgrp();
}

}  // namespace

void Supervisor::read_signals() {
  while (const auto signal = signals_->next()) handle(*signal);
}

// It ended before it began: nothing but a reader of ours is left to wait for.
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
      if (command_has_it || (shared && sent_from_own_group(signal))) {
        // It will stop, and so shall we. A second one from us could stop it once more after fg.
        if (attempt_->started() && !between_) break;
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
  // A terminal that is gone tells the session's leader alone, which may be us (tty_ioctl(4), credentials(7)).
  bool typed = signal.from_terminal && shares_terminal() && signal.number != SIGHUP;
  if (spec_.pty && signal.from_terminal && (signal.number == SIGINT || signal.number == SIGQUIT)) {
    // At our terminal, whose keys were not handed on: the command's own would have done this.
    if (!flushing_ && !between_) attempt_->signal_group(signal.number);
    typed = true;
  }
  cancel({.by = {signal.number, signal.sender}, .from_terminal = typed, .keys_read = os::reads_keys()});
}

void Supervisor::cancel(const CancelRequested& request) {
  if (reported_) return;
  retries_->cancel();
  if (!canceller_) canceller_ = request.by;
  if (flushing_) return cancel_at_the_end(request.by);
  if (between_) {
    end_.cancelled_by = request.by;
    end_attempts(model::NotRetried::cancelled);
    if (line_runs_) lines_.back()->kill();
    return;
  }
  attempt_->cancel(request);
}

// Nothing but a reader is left to wait for. What a limit stopped, or what could not be run, remains that.
void Supervisor::cancel_at_the_end(const model::Canceller& by) {
  model::AttemptResult& result = results_.back();
  if (between_) {
    if (!end_.cancelled_by) end_.cancelled_by = by;
  } else if (!end_.cancelled_by && !attempt_->stopped() && !result.spawn_failure && !result.cancelled_by) {
    result.status = Status::cancelled;
    result.reason = Reason::signal;
    result.cancelled_by = by;
  }
  loop_.stop();
}

// Only a command that shares our terminal takes us along: without one, nobody would be there to continue us.
void Supervisor::leader_stopped() {
  if (!caller_.has_terminal) return;
  stop_with_ = SIGTSTP;
  continued_ = false;
  settle_.set(os::read_clock().instant + kSettle);
}

void Supervisor::look_at_stopped_leader() {
  if (attempt_->started() && !attempt_->leader_stopped() && !between_) return;
  if (continued_) {
    attempt_->continue_tree();
    return;
  }
  const auto before = os::read_clock().instant;
  if (!between_) attempt_->suspended();
  os::stop_self(stop_with_);
  const auto stood_still = os::read_clock().instant - before;
  retries_->stood_still(stood_still);
  if (between_) return stand_still_between(stood_still);
  attempt_->resumed();
}

}  // namespace oversee::run
