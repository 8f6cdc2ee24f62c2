// The transitions of an attempt; the table is in docs/design.md, section 2.
#include "run/attempt_machine.hpp"

#include <cerrno>
#include <csignal>
#include <utility>

namespace oversee::run {
namespace {

using model::Instant;
using model::Reason;
using model::Status;

// A second cancel within this is impatience, and climbs.
constexpr auto kImpatience = std::chrono::seconds(2);

// After the answer to "who is left" was asked for in vain, nobody will give it.
constexpr auto kAnswerBound = std::chrono::milliseconds(500);

Reason reason_of(const model::SpawnFailure& failure) {
  if (failure.stage != "exec") return Reason::spawn;
  return failure.error == ENOENT || failure.error == ENOTDIR ? Reason::not_found : Reason::not_executable;
}

}  // namespace

AttemptMachine::AttemptMachine(model::AttemptLimits limits, int streams)
    : limits_(std::move(limits)), ladder_(limits_.ladder), streams_open_(streams) {}

std::vector<AttemptAction> AttemptMachine::step(const AttemptEvent& event, Instant now) {
  actions_.clear();
  if (state_ != State::done) {
    std::visit([&](const auto& each) { on(each, now); }, event);
  }
  return std::exchange(actions_, {});
}

std::optional<Instant> AttemptMachine::wake_at() const {
  if (state_ == State::done || suspended_since_) return {};
  std::optional<Instant> first;
  for (const auto& each : {deadlines_.wall, deadlines_.idle, deadlines_.rung, deadlines_.leak, deadlines_.give_up}) {
    if (each && (!first || *each < *first)) first = each;
  }
  return first;
}

std::optional<Status> AttemptMachine::stopping_for() const {
  return stop_ ? std::optional(stop_->status) : std::nullopt;
}

void AttemptMachine::on(const Started&, Instant now) {
  if (state_ != State::spawning) return;
  state_ = State::running;
  if (limits_.wall) deadlines_.wall = now + *limits_.wall;
  listen(now);
  if (cancel_at_start_) {
    // It came before the command had a chance to be sent it, from the terminal or not.
    begin_stop({Status::cancelled, Reason::signal}, ladder_.starting_with(cancel_at_start_->by.signal), now);
  }
}

void AttemptMachine::on(const StartFailed& event, Instant) {
  result_.status = Status::failed;
  result_.reason = reason_of(event.failure);
  result_.spawn_failure = event.failure;
  actions_.emplace_back(CloseStreams{});
  state_ = State::done;
}

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

void AttemptMachine::on(const CancelRequested& event, Instant now) {
  const int presses = count_press(now);
  if (state_ == State::spawning) {
    if (!cancel_at_start_) {
      cancel_at_start_ = event;
      result_.cancelled_by = event.by;
    }
    return;
  }
  if (tree_empty_) {
    finish();  // only somebody outside still holds a stream
    return;
  }
  if (leader_gone_ && !stop_) {
    sweep(now);  // the command has ended by itself and its result stands; what is left of it has no more time
    return;
  }
  if (event.from_terminal) {
    if (!stop_) interrupted_ = event.by;
    if (presses < 2 || event.keys_read) return;
    if (stop_) {
      escalate(presses, now);
    } else {
      result_.cancelled_by = event.by;
      begin_stop({Status::cancelled, Reason::signal}, ladder_, now);
    }
    return;
  }
  if (!stop_) {
    result_.cancelled_by = event.by;
    begin_stop({Status::cancelled, Reason::signal}, ladder_.starting_with(event.by.signal), now);
  } else {
    escalate(presses, now);
  }
}

void AttemptMachine::on(const OutputHeld&, Instant) {
  output_held_ = true;
  deadlines_.idle.reset();
}

void AttemptMachine::on(const OutputFreed&, Instant now) {
  output_held_ = false;
  if (state_ == State::running) listen(now);
}

// Also where it has exited by itself already: what it wrote before comes to light after.
void AttemptMachine::on(const OutputLimitPassed&, Instant now) {
  if (!stop_ && result_.status != Status::cancelled) begin_stop({Status::failed, Reason::output_limit}, ladder_, now);
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

void AttemptMachine::on(const Suspended&, Instant now) {
  if (!suspended_since_) suspended_since_ = now;
}

void AttemptMachine::on(const Resumed&, Instant now) {
  if (!suspended_since_) return;
  const auto stood_still = now - *suspended_since_;
  for (auto* deadline : all_deadlines()) {
    if (*deadline) **deadline += stood_still;
  }
  last_output_ += stood_still;
  suspended_since_.reset();
}

void AttemptMachine::on(const Tick& event, Instant now) {
  if (suspended_since_) return;
  const auto passed = [&](std::optional<Instant>& deadline) {
    if (!deadline || now < *deadline) return false;
    deadline.reset();
    return true;
  };
  if (passed(deadlines_.wall) && !stop_) begin_stop({Status::timed_out, Reason::timeout}, ladder_, now);
  if (passed(deadlines_.idle) && !stop_) judge_silence(event.output_waits, now);
  if (passed(deadlines_.rung)) climb(rung_ + 1, now);
  if (passed(deadlines_.leak)) {
    if (tree_empty_) {
      actions_.emplace_back(CloseQuietStreams{});
      deadlines_.leak = now + limits_.leak;
    } else {
      sweep(now);
    }
  }
  if (passed(deadlines_.give_up)) {
    give_up(now);
  }
}

void AttemptMachine::begin_stop(Stop why, model::StopLadder ladder, Instant now) {
  stop_ = why;
  result_.status = why.status;
  result_.reason = why.reason;
  ladder_ = std::move(ladder);
  deadlines_.wall.reset();
  deadlines_.idle.reset();
  if (tree_empty_) return;
  if (!leader_gone_) state_ = State::stopping;
  climb(0, now);
}

void AttemptMachine::listen(Instant now) {
  last_output_ = now;
  if (limits_.idle && !output_held_) deadlines_.idle = now + *limits_.idle;
}

void AttemptMachine::judge_silence(bool output_waits, Instant now) {
  if (output_waits) return listen(now);
  if (const auto due = last_output_ + *limits_.idle; now < due) {
    deadlines_.idle = due;
    return;
  }
  result_.silent = now - last_output_;
  begin_stop({Status::timed_out, Reason::idle_timeout}, ladder_, now);
}

void AttemptMachine::climb(std::size_t rung, Instant now) {
  rung_ = rung;
  const model::Rung& step = ladder_.rungs().at(rung);
  if (step.signal == SIGKILL) {
    result_.forced = true;
    kill(now);
    return;
  }
  actions_.emplace_back(SignalTree{step.signal});
  deadlines_.rung = step.grace ? std::optional(now + *step.grace) : std::nullopt;
}

void AttemptMachine::kill(Instant now) {
  deadlines_.rung.reset();
  if (deadlines_.give_up) return;
  actions_.emplace_back(KillTree{});
  deadlines_.give_up = now + limits_.give_up;
}

// Asks who is left; without an answer the guard goes first, and its orphans are ours; without even that it is over.
void AttemptMachine::give_up(Instant now) {
  deadlines_.give_up = now + kAnswerBound;
  if (!giving_up_) {
    giving_up_ = true;
    actions_.emplace_back(NameSurvivors{});
  } else if (!guard_killed_) {
    guard_killed_ = true;
    actions_.emplace_back(KillGuard{});
  } else {
    finish();
  }
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

void AttemptMachine::escalate(int presses, Instant now) {
  if (presses >= 3) {
    climb(ladder_.rungs().size() - 1, now);
  } else if (presses == 2 && rung_ + 1 < ladder_.rungs().size()) {
    climb(rung_ + 1, now);
  }
}

int AttemptMachine::count_press(Instant now) {
  presses_ = last_press_ && now - *last_press_ <= kImpatience ? presses_ + 1 : 1;
  last_press_ = now;
  return presses_;
}

std::vector<std::optional<Instant>*> AttemptMachine::all_deadlines() {
  return {&deadlines_.wall, &deadlines_.idle, &deadlines_.rung, &deadlines_.leak, &deadlines_.give_up};
}

}  // namespace oversee::run
