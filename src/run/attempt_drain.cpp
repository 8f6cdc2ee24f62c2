// How an attempt ends: the leader's exit, the remaining descendants, the last bytes of the streams, and the loss of the
// guard.
#include <algorithm>
#include <csignal>
#include <utility>

#include "model/mechanism.hpp"
#include "run/attempt_machine.hpp"

namespace oversee::run {
namespace {

using model::Instant;
using model::OnLeak;
using model::Reason;
using model::Status;
using model::StopReach;

// The leak timeout if only the wall limit bounds it and is over, and the time for processes that still hold a stream.
constexpr auto kUsualLeak = std::chrono::milliseconds(200);

// The maximum extension for the time that remaining descendants waited for a processor.
constexpr auto kMostStarved = std::chrono::seconds(2);

// The time between TERM and KILL for leaked processes, if the first rung's grace period is not shorter.
constexpr auto kMostParting = std::chrono::seconds(2);

// The minimum time to kill the tree of a guard that was given up.
constexpr auto kLastRound = std::chrono::milliseconds(500);

// The retry interval if the list was empty: all processes had ended and are about to be reaped.
constexpr auto kLookAgain = std::chrono::milliseconds(10);

// The interval between checks whether the streams of a released tree are read to the end.
constexpr auto kStreamLook = std::chrono::milliseconds(2);

// What ended the leader: a limit, the kernel for lack of memory, or the command itself.
Reason reason_of(const LeaderExited& event, const model::ProcessLimits& limits) {
  if (!event.signal) return Reason::exit;
  if (event.signal == SIGXFSZ && limits.file_size) return Reason::file_size_limit;
  if (event.signal == SIGXCPU && limits.cpu_backstop) return Reason::cpu_limit;
  if (event.signal == SIGKILL && event.out_of_memory_kills > 0) return Reason::out_of_memory;
  return Reason::signal;
}

std::optional<model::PassedLimit> limit_passed(Reason reason, const model::AttemptLimits& limits) {
  model::PassedLimit passed{.means = model::LimitMeans::rlimit};
  if (reason == Reason::file_size_limit) {
    passed.resource = model::Resource::file_size;
    passed.allowed = limits.process.file_size.value_or(0);
    return passed;
  }
  if (reason == Reason::cpu_limit && limits.tree.cpu) {
    passed.resource = model::Resource::cpu;
    passed.allowed = static_cast<std::uint64_t>(limits.tree.cpu->count());
    return passed;
  }
  return {};
}

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
    wall_end_ = std::exchange(deadlines_.wall, std::nullopt);
    if (deadlines_.total && (!wall_end_ || *deadlines_.total < *wall_end_)) wall_end_ = deadlines_.total;
    deadlines_.total.reset();
    result_.reason = reason_of(event, limits_.process);
    result_.passed_limit = limit_passed(result_.reason, limits_);
    result_.out_of_memory_kills = event.out_of_memory_kills;
    const bool passed = event.exit_code == 0 || (event.exit_code && limits_.ok_exit.contains(*event.exit_code));
    result_.status = passed ? Status::completed : Status::failed;
    // If the leader died of the key's signal, the user cancelled it. An exit code is the command's own result.
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
  deadlines_.leak_kill.reset();
  deadlines_.give_up.reset();
  // From here on only processes outside the tree hold streams open: the wait for them is bounded.
  deadlines_.leak = leak_end(now).value_or(now + kUsualLeak);
  finish_if_drained();
}

void AttemptMachine::on(const GroupGone&, Instant now) {
  const bool awaited = stop_ && limits_.reach == StopReach::group && leader_gone_;
  if (awaited && !tree_empty_ && !orphaned_ && !awaiting_survivors_) await_survivors(now);
}

// No process of the tree is held any more. Reads what was written; does not wait for released processes to close the
// streams.
void AttemptMachine::on(const TreeLetGo& event, Instant now) {
  if (tree_empty_) return;
  tree_empty_ = true;
  result_.usage = event.usage;
  deadlines_.rung.reset();
  deadlines_.give_up.reset();
  if (streams_open_ <= 0) return finish();
  streams_end_ = now + kUsualLeak;
  look_at_streams(now);
}

void AttemptMachine::on(const SurvivorsNamed& event, Instant now) {
  if (giving_up_) {
    judge_unkilled(event, now);
  } else if (std::exchange(naming_, false)) {
    judge_survivors(event, now);
  }
}

void AttemptMachine::on(const GuardLost&, Instant now) {
  if (tree_empty_ || orphaned_) return;  // it held no processes any more
  if (letting_go_) return on(TreeLetGo{result_.usage}, now);
  if (!stop_ && !leader_gone_) {
    note_stop({Status::failed, Reason::supervisor_lost});
  }
  stop_looking();
  deadlines_.rung.reset();
  deadlines_.leak.reset();
  deadlines_.leak_kill.reset();
  actions_.emplace_back(KillOrphans{});  // also before the start was reported: the command may exist
  leader_gone_ = orphaned_ = true;
  giving_up_ = naming_ = none_named_ = false;
  state_ = State::draining;
  const bool killing = patience_.begun();
  if (!killing) patience_.begin(now, limits_.give_up);
  patience_.progressed(now);
  // If the time of a kill is over when its guard goes, one last round remains.
  deadlines_.give_up = std::max(patience_.over_at(), now + kLastRound);
}

void AttemptMachine::on(const OrphansGone&, Instant now) {
  if (orphaned_ && !tree_empty_) on(TreeEmptied{result_.usage}, now);
}

void AttemptMachine::drain(Instant now) {
  state_ = State::draining;
  // During a stop, the ladder continues for the remaining processes that it reaches; otherwise they have the leak
  // timeout.
  const bool over = !stop_ || limits_.reach == StopReach::leader;
  if (over && !tree_empty_ && !awaiting_survivors_) await_survivors(now);
  finish_if_drained();
}

void AttemptMachine::await_survivors(Instant now) {
  awaiting_survivors_ = true;
  deadlines_.rung.reset();
  deadlines_.give_up.reset();
  if (limits_.on_leak == OnLeak::ignore) return let_go(now);
  leak_due_ = leak_end(now);
  deadlines_.leak = leak_due_;
}

// A long leak timeout must not extend the wall limit or a stop. Even if these are over, the remaining processes get
// kUsualLeak.
std::optional<Instant> AttemptMachine::leak_end(Instant now) const {
  std::optional<Instant> end;
  if (limits_.leak) end = now + *limits_.leak;
  if (stop_ || wall_end_) {
    const Instant last = std::max(now + kUsualLeak, wall_end_.value_or(now));
    end = end ? std::min(*end, last) : last;
  }
  return end;
}

void AttemptMachine::look_for_survivors(Instant now) {
  if (std::exchange(naming_, true)) return deal_with_survivors(now);  // no answer: continues without the names
  actions_.emplace_back(NameSurvivors{});
  deadlines_.leak = now + limits_.give_up;
}

// Descendants have leaked if they had a processor and remain. On a loaded machine, the time without one is added to the
// timeout.
void AttemptMachine::judge_survivors(const SurvivorsNamed& survivors, Instant now) {
  if (survivors.processes.empty()) {
    deadlines_.leak = now + kLookAgain;
    return;
  }
  if (leak_due_ && !hurried_) {
    const Instant due = *leak_due_ + std::min<model::Duration>(survivors.starved, kMostStarved);
    if (now < due) {
      deadlines_.leak = due;
      return;
    }
  }
  result_.leaked = survivors.processes;
  result_.leaked_more = survivors.more;
  deal_with_survivors(now);
}

// Remaining processes of a stop with reach `tree` have had their signal and are killed.
void AttemptMachine::deal_with_survivors(Instant now) {
  deadlines_.leak.reset();
  naming_ = false;
  if (stop_ && limits_.reach == StopReach::tree) return kill(now);
  const OnLeak what = limits_.on_leak;
  if (what == OnLeak::report || what == OnLeak::ignore) {
    result_.leaked_live = true;
    return let_go(now);
  }
  if (what == OnLeak::fail && result_.status == Status::completed) {
    result_.status = Status::failed;
    result_.reason = Reason::leaked;
  }
  end_leaked(now);
}

// TERM first, because a leaked process may have work to save. If all end by TERM, TreeEmptied arrives before KILL is
// due.
void AttemptMachine::end_leaked(Instant now) {
  const model::Rung& first = ladder_.rungs().front();
  const bool asks = first.signal != SIGKILL && first.signal != model::kNoSignal;
  if (!asks || !model::works(model::Mechanism::leaks_are_asked)) return kill(now);
  sent_.insert(SIGTERM);
  actions_.emplace_back(SignalTree{SIGTERM});
  deadlines_.leak_kill = now + std::min<model::Duration>(first.grace.value_or(kMostParting), kMostParting);
}

void AttemptMachine::let_go(Instant now) {
  letting_go_ = true;
  actions_.emplace_back(LetGo{});
  deadlines_.give_up = now + limits_.give_up;
}

// Closes each stream without unread bytes, because only processes outside the tree hold it.
void AttemptMachine::look_at_streams(Instant now) {
  if (streams_end_ && now >= *streams_end_) return finish();
  actions_.emplace_back(CloseQuietStreams{});
  deadlines_.leak = now + (streams_end_ ? kStreamLook : limits_.leak.value_or(kUsualLeak));
}

void AttemptMachine::finish_if_drained() {
  // Waits for the hook, too: its output may be what the user needs, even if the tree is gone meanwhile.
  if (leader_gone_ && tree_empty_ && streams_open_ <= 0 && looking_ == Looking::not_at_all) finish();
}

void AttemptMachine::finish() {
  stop_looking();
  if (!tree_empty_ || streams_open_ > 0) actions_.emplace_back(CloseStreams{});
  state_ = State::done;
}

}  // namespace oversee::run
