// The phase before the first attempt: the wait for a slot, if the run needs one.
#include <csignal>
#include <utility>

#include "os/clock.hpp"
#include "run/supervisor.hpp"

namespace oversee::run {

using model::Reason;
using model::Status;

namespace {

// The result of a run without an attempt.
model::AttemptResult ended(Status status, Reason reason) {
  model::AttemptResult result;
  result.number = 0;
  result.status = status;
  result.reason = reason;
  return result;
}

}  // namespace

void Supervisor::wait_for_slot(model::SlotQueue& slots) {
  SlotWait::Callbacks callbacks;
  callbacks.on_taken = [this] { slot_taken(); };
  callbacks.on_full = [this] { end_in_queue(ended(Status::failed, Reason::queue_full)); };
  callbacks.on_too_long = [this] { end_in_queue(ended(Status::timed_out, Reason::queue_timeout)); };
  callbacks.on_failed = [this](const model::Failure& failure) {
    model::AttemptResult result = ended(Status::failed, Reason::spawn);
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
      model::AttemptResult result = ended(Status::cancelled, Reason::signal);
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

}  // namespace oversee::run
