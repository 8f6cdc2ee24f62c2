// How an attempt is stopped: cancels and limits, the ladder, KILL, and giving up on processes that do not die.
#include <algorithm>
#include <csignal>
#include <utility>

#include "model/mechanism.hpp"
#include "run/attempt_machine.hpp"

namespace oversee::run {
namespace {

using model::Instant;
using model::Reason;
using model::Status;
using model::StopReach;

Reason reason_of(model::Resource resource) {
  switch (resource) {
    case model::Resource::memory: return Reason::memory_limit;
    case model::Resource::cpu: return Reason::cpu_limit;
    case model::Resource::processes: return Reason::process_limit;
    case model::Resource::file_size: return Reason::file_size_limit;
  }
  return Reason::signal;
}

// Whether a snapshot can explain this stop: it shows why the tree ran out of time. A user's cancel must not wait; a
// tree that exceeds output, memory or processes would only use more meanwhile; and unreadable streams have nothing to
// do with the tree.
bool says_something(Reason reason) {
  return reason == Reason::timeout || reason == Reason::total_timeout || reason == Reason::idle_timeout ||
         reason == Reason::cpu_limit;
}

// A cancel that repeats the same signal within this time climbs the ladder.
constexpr auto kImpatience = std::chrono::seconds(2);

// A guard that does not answer within this time, although it could have a processor, is stopped or stuck.
constexpr auto kAnswerBound = std::chrono::milliseconds(500);

}  // namespace

void AttemptMachine::on(const CancelRequested& event, Instant now) {
  const int presses = count_press(event.by.signal, now);
  if (orphaned_) return;  // the remaining processes are being killed already
  if (deadlines_.leak_kill) return cancel_the_leaked(event, presses, now);
  if (leader_gone_ && !stop_) return cancel_the_rest(event, now);
  if (tree_empty_) return finish();  // only a process outside the tree still holds a stream
  if (letting_go_) return;
  if (awaiting_survivors_) return hurry(now);
  const bool typed = event.from_terminal && started_;  // before the start, the command could not get the key's signal
  if (looking_ != Looking::not_at_all) {               // a cancel does not wait for the snapshot or the hook
    stop_looking();
    if (!typed) ladder_ = ladder_.starting_with(event.by.signal);
    climb(0, now);
  } else if (typed) {
    take_key(event, presses, now);
  } else if (stop_) {
    pass_on(event.by.signal, presses, now);
  } else {
    result_.cancelled_by = event.by;
    begin_stop({Status::cancelled, Reason::signal}, ladder_.starting_with(event.by.signal), now);
  }
}

// The leader has exited by itself, but descendants remain or streams are still being read.
void AttemptMachine::cancel_the_rest(const CancelRequested& event, Instant now) {
  if (!model::works(model::Mechanism::cancel_until_verdict)) return hurry(now);
  if (!result_.cancelled_by) result_.cancelled_by = event.by;
  constexpr Stop kCancel{Status::cancelled, Reason::signal};
  if (!tree_empty_ && !letting_go_ && !deadlines_.give_up && limits_.reach == StopReach::tree) {
    naming_ = false;  // they have not leaked
    deadlines_.leak.reset();
    return begin_stop(kCancel, event.from_terminal ? ladder_ : ladder_.starting_with(event.by.signal), now);
  }
  note_stop(kCancel);
  if (tree_empty_) return finish();
  if (!letting_go_) hurry(now);
}

// Leaked processes have got TERM. The cancel does not move the due KILL, unless the same signal arrives twice within
// kImpatience.
void AttemptMachine::cancel_the_leaked(const CancelRequested& event, int presses, Instant now) {
  if (!stop_ && model::works(model::Mechanism::cancel_until_verdict)) {
    result_.cancelled_by = event.by;
    note_stop({Status::cancelled, Reason::signal});
  }
  if (presses >= 2) return kill(now);
  if (!event.from_terminal && sent_.insert(event.by.signal).second) actions_.emplace_back(SignalTree{event.by.signal});
}

// No stop reaches the remaining descendants, but a cancel ends their leak timeout.
void AttemptMachine::hurry(Instant now) {
  hurried_ = true;
  if (!naming_ && !deadlines_.give_up) look_for_survivors(now);
}

// The terminal has sent the signal to the command as well: the command alone handles the first one.
void AttemptMachine::take_key(const CancelRequested& event, int presses, Instant now) {
  if (!stop_) interrupted_ = event.by;
  if (presses < 2 || event.keys_read) return;
  if (stop_) return escalate(presses, now);
  result_.cancelled_by = event.by;
  begin_stop({Status::cancelled, Reason::signal}, ladder_, now);
}

// Handles a cancel during a stop. A command may survive INT and clean up at TERM, which CI services send seconds later:
// each signal that was not sent to the command yet is passed on. The time of the next rung does not change.
void AttemptMachine::pass_on(model::Signal signal, int presses, Instant now) {
  if (!model::works(model::Mechanism::each_cancel_goes_on)) return;
  if (sent_.contains(signal)) return escalate(presses, now);
  if (!deadlines_.give_up && reaches_somebody()) send(signal);
}

// Beyond a limit on memory or processes, a grace period would only use more, so KILL follows at once, even during a
// stop. CPU time allows a grace period.
void AttemptMachine::on(const TreeLimitPassed& event, Instant now) {
  const bool at_once = event.limit.resource != model::Resource::cpu;
  if (!stop_ && result_.status != Status::cancelled) {
    result_.passed_limit = event.limit;
    begin_stop({Status::failed, reason_of(event.limit.resource)}, at_once ? model::StopLadder(SIGKILL, {}) : ladder_,
               now);
  } else if (at_once && deadlines_.leak_kill) {
    kill(now);
  } else if (at_once && !tree_empty_ && !letting_go_ && reaches_somebody()) {
    stop_looking();
    ladder_ = model::StopLadder(SIGKILL, {});
    climb(0, now);
  }
}

void AttemptMachine::note_stop(Stop why) {
  stop_ = why;
  result_.status = why.status;
  result_.reason = why.reason;
  deadlines_.wall.reset();
  deadlines_.total.reset();
  deadlines_.idle.reset();
}

void AttemptMachine::begin_stop(Stop why, model::StopLadder ladder, Instant now) {
  note_stop(why);
  ladder_ = std::move(ladder);
  if (tree_empty_ || letting_go_ || orphaned_) return;
  const bool kills_at_once = ladder_.rungs().size() == 1;
  if (deadlines_.leak_kill) return kills_at_once ? kill(now) : void();  // leaked processes have got TERM
  if (leader_gone_) {
    if (limits_.reach != StopReach::tree) {  // the stop reaches none of them, but bounds the wait for them
      if (!awaiting_survivors_ || leak_due_) return;
      leak_due_ = leak_end(now);
      if (!naming_) deadlines_.leak = leak_due_;
      return;
    }
    awaiting_survivors_ = false;
  } else {
    state_ = State::stopping;
  }
  if (limits_.evidence && started_ && !deadlines_.give_up && says_something(why.reason)) {
    looking_ = Looking::at_tree;
    deadlines_.evidence = now + *limits_.evidence;
    actions_.emplace_back(GatherEvidence{});
  } else {
    climb(0, now);
  }
}

bool AttemptMachine::reaches_somebody() const {
  if (limits_.reach == StopReach::tree) return true;
  return !awaiting_survivors_ && (limits_.reach == StopReach::group || !leader_gone_);
}

// Records that the rung was climbed, and starts its grace period.
const model::Rung& AttemptMachine::stand_on(std::size_t rung, Instant now) {
  rung_ = rung;
  const model::Rung& step = ladder_.rungs().at(rung);
  sent_.insert(step.signal);
  if (step.signal == SIGKILL) result_.forced = true;
  deadlines_.rung = step.grace ? std::optional(now + *step.grace) : std::nullopt;
  return step;
}

void AttemptMachine::climb(std::size_t rung, Instant now) {
  const model::Rung& step = stand_on(rung, now);
  if (step.signal == model::kNoSignal) return;
  const bool last = step.signal == SIGKILL;
  if (last && limits_.reach == StopReach::tree) return kill(now);
  send(step.signal);
  if (last && !deadlines_.give_up) deadlines_.give_up = now + limits_.give_up;
}

// Signals all processes that the stop reaches.
void AttemptMachine::send(model::Signal signal) {
  sent_.insert(signal);
  switch (limits_.reach) {
    case StopReach::tree: actions_.emplace_back(SignalTree{signal}); break;
    case StopReach::group: actions_.emplace_back(StopGroup{signal}); break;
    case StopReach::leader: actions_.emplace_back(StopLeader{signal}); break;
  }
}

// Continues as if the front had climbed the rung: the stop is a timeout, unless there was another reason before.
void AttemptMachine::on(const RungClimbed& event, Instant now) {
  if (std::exchange(deadlines_.leak_kill, std::nullopt)) return bound_the_kill(now);  // the rung was KILL
  if (tree_empty_ || letting_go_ || orphaned_ || (leader_gone_ && !stop_) || !reaches_somebody()) return;
  if (!stop_) {
    const bool total = deadlines_.total && (!deadlines_.wall || *deadlines_.total < *deadlines_.wall);
    note_stop({Status::timed_out, total ? Reason::total_timeout : Reason::timeout});
    state_ = State::stopping;
  }
  awaiting_survivors_ = false;
  deadlines_.leak.reset();
  stop_looking();
  const std::size_t last = ladder_.rungs().size() - 1;
  if (stand_on(std::min(event.rung, last), now).signal != SIGKILL) return;
  deadlines_.rung.reset();
  bound_the_kill(now);
}

guard::KeepDeadline AttemptMachine::deadline() const {
  guard::KeepDeadline keep{.at = {}, .rung = 0, .ladder = ladder_.rungs(), .reach = limits_.reach};
  if (suspended_since_ || done() || tree_empty_ || letting_go_) return keep;
  if (deadlines_.leak_kill) {
    return {
        .at = deadlines_.leak_kill->time_since_epoch(), .rung = 0, .ladder = {{SIGKILL, {}}}, .reach = StopReach::tree};
  }
  if (!reaches_somebody() || (!stop_ && deadlines_.give_up)) return keep;
  std::optional<Instant> at;
  if (!stop_) {
    at = leader_gone_ ? wall_end_ : deadlines_.wall;
    if (!leader_gone_ && deadlines_.total && (!at || *deadlines_.total < *at)) at = deadlines_.total;
  } else if (looking_ != Looking::not_at_all) {
    at = deadlines_.evidence;
  } else {
    at = deadlines_.rung;
    keep.rung = static_cast<std::uint32_t>(rung_ + 1);
  }
  if (at) keep.at = at->time_since_epoch();
  return keep;
}

void AttemptMachine::kill(Instant now) {
  deadlines_.rung.reset();
  deadlines_.leak_kill.reset();
  if (deadlines_.give_up) return;
  actions_.emplace_back(KillTree{});
  bound_the_kill(now);
}

void AttemptMachine::bound_the_kill(Instant now) {
  if (deadlines_.give_up) return;
  patience_.begin(now, limits_.give_up);
  deadlines_.give_up = model::works(model::Mechanism::bounded_wait) ? patience_.over_at() : Instant::max();
}

void AttemptMachine::on(const KillProgressed&, Instant now) {
  if (!patience_.begun() || !deadlines_.give_up || letting_go_ || !model::works(model::Mechanism::kill_is_patient))
    return;
  patience_.progressed(now);
  if (patience_.spent(now) || *deadlines_.give_up == Instant::max()) return;
  giving_up_ = none_named_ = false;
  deadlines_.give_up = patience_.over_at();
}

bool AttemptMachine::is_patient(Instant now) const {
  return model::works(model::Mechanism::kill_is_patient) && patience_.begun() && !patience_.spent(now);
}

// First asks for the remaining processes. Without an answer, kills the guard and takes over its orphans. If that fails,
// too, the remaining processes are unknown.
void AttemptMachine::give_up(bool guard_starves, Instant now) {
  if (stop_ && limits_.reach != StopReach::tree && !awaiting_survivors_ && !orphaned_) return await_survivors(now);
  deadlines_.give_up = now + kAnswerBound;
  if (!giving_up_ && !letting_go_) {
    giving_up_ = true;
    actions_.emplace_back(orphaned_ ? AttemptAction(NameOrphans{}) : NameSurvivors{});
  } else if (guard_starves && is_patient(now)) {
    return;  // the question was sent already
  } else if (!guard_killed_ && !orphaned_) {
    guard_killed_ = true;
    actions_.emplace_back(KillGuard{});
  } else if (letting_go_) {
    finish();
  } else {
    finish_unknown();
  }
}

// A process that only needs a processor will die. An empty list does not prove that the tree is empty: only TreeEmpty
// does.
void AttemptMachine::judge_unkilled(const SurvivorsNamed& left, Instant now) {
  const bool seen_none = left.processes.empty();
  const bool wait = is_patient(now) && (left.dying > 0 || (seen_none && !none_named_));
  if (wait) {
    giving_up_ = false;
    none_named_ = seen_none;
    patience_.progressed(now);
    deadlines_.give_up = patience_.over_at();
    return;
  }
  if (seen_none) return finish_unknown();
  result_.unkilled.assign(left.processes.begin(), left.processes.end());
  result_.unkilled_more = left.more;
  finish();
}

void AttemptMachine::finish_unknown() {
  result_.unkilled_unknown = true;
  finish();
}

void AttemptMachine::escalate(int presses, Instant now) {
  if (presses >= 3) {
    climb(ladder_.rungs().size() - 1, now);
  } else if (presses == 2 && rung_ + 1 < ladder_.rungs().size()) {
    climb(rung_ + 1, now);
  }
}

// Counts how often the signal came in a row, each time within kImpatience of the previous one.
int AttemptMachine::count_press(model::Signal signal, Instant now) {
  Presses& presses = presses_.try_emplace(signal, Presses{now, 0}).first->second;
  presses.count = now - presses.last <= kImpatience ? presses.count + 1 : 1;
  presses.last = now;
  return presses.count;
}

}  // namespace oversee::run
