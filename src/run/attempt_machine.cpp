// The transitions of an attempt; docs/design.md, section 2, has the table. attempt_stop.cpp has those of a stop,
// attempt_drain.cpp those after the leader's exit.
#include "run/attempt_machine.hpp"

#include <cerrno>
#include <utility>

namespace oversee::run {
namespace {

using model::Instant;
using model::Reason;
using model::Status;

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
  for (const auto& each : {deadlines_.wall, deadlines_.total, deadlines_.idle, deadlines_.evidence, deadlines_.rung,
                           deadlines_.leak, deadlines_.leak_kill, deadlines_.give_up}) {
    if (each && (!first || *each < *first)) first = each;
  }
  return first;
}

std::optional<Status> AttemptMachine::stopping_for() const {
  return stop_ ? std::optional(stop_->status) : std::nullopt;
}

void AttemptMachine::on(const Requested& event, Instant now) {
  if (limits_.wall) deadlines_.wall = now + *limits_.wall;
  deadlines_.total = event.total_end;
  listen(now);
}

void AttemptMachine::on(const Started&, Instant) {
  started_ = true;
  if (state_ == State::spawning) state_ = State::running;
}

void AttemptMachine::on(const StartFailed& event, Instant) {
  if (!stop_) {
    result_.status = Status::failed;
    result_.reason = reason_of(event.failure);
    result_.spawn_failure = event.failure;
  }
  actions_.emplace_back(CloseStreams{});
  state_ = State::done;
}

void AttemptMachine::on(const OutputHeld&, Instant) {
  output_held_ = true;
  deadlines_.idle.reset();
}

void AttemptMachine::on(const OutputFreed&, Instant now) {
  output_held_ = false;
  if (state_ == State::spawning || state_ == State::running) listen(now);
}

// Applies even if the leader has exited by itself: its output may be read later.
void AttemptMachine::on(const OutputLimitPassed&, Instant now) {
  if (!stop_ && result_.status != Status::cancelled) begin_stop({Status::failed, Reason::output_limit}, ladder_, now);
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
  patience_.postpone(stood_still);
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
  if (passed(deadlines_.total) && !stop_) begin_stop({Status::timed_out, Reason::total_timeout}, ladder_, now);
  if (passed(deadlines_.idle) && !stop_) judge_silence(event.output_waits, now);
  if (passed(deadlines_.evidence)) look_on(now);
  if (done()) return;
  if (passed(deadlines_.rung)) climb(rung_ + 1, now);
  if (passed(deadlines_.leak)) {
    if (tree_empty_) {
      look_at_streams(now);
    } else {
      look_for_survivors(now);
    }
  }
  if (passed(deadlines_.leak_kill)) kill(now);
  if (passed(deadlines_.give_up)) {
    give_up(event.guard_starves, now);
  }
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

// All deadlines that are paused while oversee is suspended.
std::vector<std::optional<Instant>*> AttemptMachine::all_deadlines() {
  return {&deadlines_.wall, &deadlines_.total, &deadlines_.idle,      &deadlines_.evidence,
          &deadlines_.rung, &deadlines_.leak,  &deadlines_.leak_kill, &deadlines_.give_up,
          &wall_end_,       &leak_due_,        &streams_end_};
}

}  // namespace oversee::run
