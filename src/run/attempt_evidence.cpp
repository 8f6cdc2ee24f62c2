// The phase between the reason for a stop and its first signal: snapshot, hook, and their bounds.
#include <algorithm>

#include "run/attempt_machine.hpp"

namespace oversee::run {

using model::Instant;

std::optional<Instant> AttemptMachine::next_stop() const {
  if (state_ != State::running || suspended_since_ || !limits_.evidence) return {};
  auto next = deadlines_.wall;
  if (deadlines_.total && (!next || *deadlines_.total < *next)) next = deadlines_.total;
  if (deadlines_.idle) {
    const Instant idle = std::max(*deadlines_.idle, last_output_ + *limits_.idle);
    if (!next || idle < *next) next = idle;
  }
  return next;
}

void AttemptMachine::on(const EvidenceGathered&, Instant now) {
  if (looking_ == Looking::at_tree) look_on(now);
}

void AttemptMachine::on(const OnTimeoutEnded&, Instant now) {
  if (looking_ != Looking::by_line) return;
  looking_ = Looking::not_at_all;  // the hook has ended, so stop_looking() must not kill it
  look_on(now);
}

// After the snapshot comes the hook, after the hook the ladder. No hook runs once the leader is reaped, because the
// leader's process id could be reused.
void AttemptMachine::look_on(Instant now) {
  if (looking_ == Looking::at_tree && limits_.on_timeout && !leader_gone_) {
    looking_ = Looking::by_line;
    deadlines_.evidence = now + *limits_.on_timeout;
    actions_.emplace_back(RunOnTimeout{});
    return;
  }
  stop_looking();
  if (tree_empty_) {
    finish_if_drained();
  } else if (!letting_go_ && reaches_somebody()) {
    climb(0, now);
  }
}

void AttemptMachine::stop_looking() {
  if (looking_ == Looking::by_line) actions_.emplace_back(KillOnTimeout{});
  looking_ = Looking::not_at_all;
  deadlines_.evidence.reset();
}

}  // namespace oversee::run
