// The effects of signals to oversee on the run.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "model/mechanism.hpp"
#include "os/clock.hpp"
#include "os/terminal.hpp"
#include "run/supervisor.hpp"

namespace oversee::run {
namespace {

using model::Reason;
using model::Status;

// After fg, an old stop may still be visible; only a stop that lasts this long counts.
constexpr auto kSettle = std::chrono::milliseconds(40);

// The time between TSTP and STOP for a command that handles TSTP: the handler may have a terminal to restore.
constexpr auto kHandlersTime = std::chrono::milliseconds(500);

// Editors stop all processes that share their terminal: kill(0, SIGTSTP).
bool sent_from_own_group(const os::ReceivedSignal& signal) {
  return signal.sender > 0 && ::getpgid(signal.sender) == ::getpgrp();
}

}  // namespace

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
    case SIGTTOU:
      if (command_has_it || (shared && sent_from_own_group(signal))) {
        // The command has got the signal, too: it stops, and then oversee stops. A second TSTP from us could stop it
        // again after fg.
        if (attempt_->started() && !between_) break;
        // If the command is stopped before its exec, the guard cannot report the stop: then oversee stops by itself.
        settle(SIGTSTP);
        break;
      }
      ask_to_stop();
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

// Signals only the leader: a server tells its workers itself. Without a running command there is nothing to reload.
void Supervisor::reload() {
  if (!in_queue() && attempt_ && !between_ && !flushing_) attempt_->signal_leader(SIGHUP);
}

// For a key at the command's own terminal, and for a signal to the guard: a command's `kill $PPID` means its
// supervisor.
void Supervisor::asked_by_way_of_attempt(const CancelRequested& request) {
  const os::ReceivedSignal signal{.number = request.by.signal, .from_terminal = request.from_terminal};
  if (os::asks_for_reload(signal, caller_.hup_is_reload)) return reload();
  cancel(request);
}

void Supervisor::settle(model::Signal stop_with) {
  stop_with_ = stop_with;
  continued_ = false;
  settle_.set(os::read_clock().instant + kSettle);
}

// Stops oversee and the command for a program: TSTP first, which the command may handle, then STOP. Without a terminal
// oversee stops itself by STOP: the kernel drops TSTP in an orphaned process group.
void Supervisor::ask_to_stop() {
  settle(caller_.has_terminal ? SIGTSTP : SIGSTOP);
  const auto now = os::read_clock().instant;
  stop_asked_ = now;
  if (between_ || !model::works(model::Mechanism::stop_is_asked)) return;
  if (attempt_->catches(SIGTSTP)) settle_.set(now + kHandlersTime);
  attempt_->signal_tree(SIGTSTP);
}

void Supervisor::cancel(const os::ReceivedSignal& signal) {
  // When a terminal hangs up, the kernel notifies only the session leader, which may be us (tty_ioctl(4),
  // credentials(7)).
  bool typed = signal.from_terminal && shares_terminal() && signal.number != SIGHUP;
  if (spec_.pty && signal.from_terminal && (signal.number == SIGINT || signal.number == SIGQUIT)) {
    // A key at our terminal that was not forwarded. The command's own terminal would have signalled its foreground
    // group.
    if (!flushing_ && !between_) attempt_->signal_group(signal.number);
    typed = true;
  }
  cancel({.by = {signal.number, signal.sender}, .from_terminal = typed, .keys_read = os::reads_keys()});
}

void Supervisor::cancel(const CancelRequested& request) {
  if (reported_) return;
  if (std::exchange(stop_asked_, std::nullopt)) settle_.set({});
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

// Only a reader is awaited. The outcome of a stop by a limit, or of a failed start, remains.
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

// oversee stops together with the command only on a terminal: otherwise no shell would continue oversee.
void Supervisor::leader_stopped() {
  if (stop_asked_) return settle_.set(std::max(os::read_clock().instant, *stop_asked_ + kSettle));
  if (caller_.has_terminal) settle(SIGTSTP);
}

void Supervisor::look_at_stopped_leader() {
  const bool asked = std::exchange(stop_asked_, std::nullopt).has_value();
  if (!asked && attempt_->started() && !attempt_->leader_stopped() && !between_) return;
  if (continued_) {
    attempt_->continue_tree();
    return;
  }
  if (asked && !between_) attempt_->signal_tree(SIGSTOP);
  const auto before = os::read_clock().instant;
  if (!between_) attempt_->suspended();
  os::stop_self(stop_with_);
  const auto stood_still = os::read_clock().instant - before;
  retries_->stood_still(stood_still);
  if (between_) return stand_still_between(stood_still);
  attempt_->resumed();
  if (asked) attempt_->continue_tree();
}

}  // namespace oversee::run
