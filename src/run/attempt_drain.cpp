// How an attempt ends: the leader's exit, what outlives it, the last bytes of its streams; and a guard that is lost.
#include "run/attempt_machine.hpp"

namespace oversee::run {
namespace {

using model::Instant;
using model::Reason;
using model::Status;

}  // namespace

void AttemptMachine::on(const StreamEnded& event, Instant now) {
  --streams_open_;
  if (event.error != 0 && !stop_) begin_stop({Status::failed, Reason::io}, ladder_, now);
  finish_if_drained();
}

void AttemptMachine::on(const LeaderExited& event, Instant now) {
  leader_gone_ = true;
  result_.exit_code = event.exit_code;
  result_.signal = event.signal;
  deadlines_.idle.reset();
  if (!stop_) {
    deadlines_.wall.reset();
    result_.reason = event.signal ? Reason::signal : Reason::exit;
    result_.status = event.exit_code == 0 ? Status::completed : Status::failed;
    // Dead of the key's signal: that was the user. An exit code of its own: the command had its reasons.
    if (interrupted_ && event.signal == interrupted_->signal) {
      result_.status = Status::cancelled;
      result_.cancelled_by = interrupted_;
    }
  }
  drain(now);
}

void AttemptMachine::on(const TreeEmptied& event, Instant now) {
  tree_empty_ = true;
  result_.usage = event.usage;
  deadlines_.rung.reset();
  deadlines_.give_up.reset();
  deadlines_.leak = now + limits_.leak;  // from here on only for streams that somebody else holds open
  finish_if_drained();
}

void AttemptMachine::on(const SurvivorsNamed& event, Instant) {
  if (giving_up_) {
    result_.unkilled = event.processes;
    finish();
  } else if (swept_) {
    result_.leaked = event.processes;
  }
}

void AttemptMachine::on(const GuardLost&, Instant now) {
  if (tree_empty_) return;  // it had nothing left to hold
  const bool before_start = state_ == State::spawning;
  if (!stop_ && !leader_gone_) {
    stop_ = cancel_at_start_ ? Stop{Status::cancelled, Reason::signal} : Stop{Status::failed, Reason::supervisor_lost};
    result_.status = stop_->status;
    result_.reason = stop_->reason;
  }
  if (!before_start) actions_.emplace_back(KillOrphans{});
  leader_gone_ = true;
  state_ = State::draining;
  on(TreeEmptied{result_.usage}, now);
}

// What outlived the leader is named first, then killed.
void AttemptMachine::sweep(Instant now) {
  deadlines_.leak.reset();
  if (swept_) return;
  swept_ = true;
  actions_.emplace_back(NameSurvivors{});
  kill(now);
}

void AttemptMachine::drain(Instant now) {
  state_ = State::draining;
  // With a stop under way the ladder goes on for the rest of the tree; without one the leak bound does.
  if (!tree_empty_ && !stop_) deadlines_.leak = now + limits_.leak;
  finish_if_drained();
}

void AttemptMachine::finish_if_drained() {
  if (leader_gone_ && tree_empty_ && streams_open_ <= 0) finish();
}

void AttemptMachine::finish() {
  if (!tree_empty_ || streams_open_ > 0) actions_.emplace_back(CloseStreams{});
  state_ = State::done;
}

}  // namespace oversee::run
