// One attempt as a pure machine: events in, actions out. It reads no clock, starts no process, sends no signal.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "guard/protocol.hpp"
#include "model/clock.hpp"
#include "model/event.hpp"
#include "model/kill_patience.hpp"
#include "model/outcome.hpp"
#include "model/run_spec.hpp"

namespace oversee::run {

// What happened.

// The guard is told to start the command: the clocks run from here on, as the start itself may hang.
struct Requested {
  std::optional<model::Instant> total_end;  // when the time of the whole run is over
};
struct Started {};
struct StartFailed {
  model::SpawnFailure failure;
};
// The stream is at its end, or its reading failed with an errno.
struct StreamEnded {
  model::Stream stream;
  int error = 0;
};
struct LeaderExited {
  std::optional<int> exit_code;
  std::optional<model::Signal> signal;
  std::uint64_t out_of_memory_kills = 0;  // by the kernel, on the whole machine, meanwhile
};
struct SurvivorsNamed {
  std::vector<model::Survivor> processes;
  std::uint64_t more = 0;     // that are not named
  model::Duration starved{};  // since the leader's end: the longest time that one of them waited for a processor
  std::uint32_t dying = 0;    // have been killed, and wait for a processor to die
};
// After StopGroup: of the group that the command was started in nobody is left.
struct GroupGone {};
struct TreeEmptied {
  model::Usage usage;
};
// What was left is on its own.
struct TreeLetGo {
  model::Usage usage;
};
struct CancelRequested {
  model::Canceller by;
  bool from_terminal = false;  // the command shares the terminal and has been sent it already
  bool keys_read = false;      // the command reads single keys: Ctrl-C is one of its keys
};
// What we show is not taken: the command's output is held back, and its silence is our doing.
struct OutputHeld {};
struct OutputFreed {};
// A stream brought more than may be.
struct OutputLimitPassed {};
// The tree uses more than may be.
struct TreeLimitPassed {
  model::PassedLimit limit{};
};
struct GuardLost {};
// A kill goes on, by the guard or by us, and something has changed: a process died, or was found.
struct KillProgressed {};
// After KillOrphans: nothing is left of the tree.
struct OrphansGone {};
// We were silent when a stop was due: the guard has climbed this rung of the ladder in our place.
struct RungClimbed {
  std::size_t rung = 0;
};
// The look at the tree is taken; --on-timeout's line is over.
struct EvidenceGathered {};
struct OnTimeoutEnded {};
// oversee itself is stopped and continued, along with the command.
struct Suspended {};
struct Resumed {};
// wake_at() has come.
struct Tick {
  bool output_waits = false;   // in a pipe, unread
  bool guard_starves = false;  // it is runnable, and so will answer once it gets a processor
};

using AttemptEvent =
    std::variant<Requested, Started, StartFailed, StreamEnded, LeaderExited, SurvivorsNamed, GroupGone, TreeEmptied,
                 TreeLetGo, CancelRequested, OutputHeld, OutputFreed, OutputLimitPassed, TreeLimitPassed, GuardLost,
                 KillProgressed, OrphansGone, RungClimbed, EvidenceGathered, OnTimeoutEnded, Suspended, Resumed, Tick>;

// What to do about it, in order.

struct SignalTree {
  model::Signal signal;
  bool operator==(const SignalTree&) const = default;
};
// The same, where the stop reaches no more than this; KILL, too.
struct StopGroup {
  model::Signal signal;
  bool operator==(const StopGroup&) const = default;
};
struct StopLeader {
  model::Signal signal;
  bool operator==(const StopLeader&) const = default;
};
struct KillTree {
  bool operator==(const KillTree&) const = default;
};
// Look at what the tree does, before it is told to end; EvidenceGathered is the answer.
struct GatherEvidence {
  bool operator==(const GatherEvidence&) const = default;
};
// Run --on-timeout's line; OnTimeoutEnded comes of it, unless it is killed.
struct RunOnTimeout {
  bool operator==(const RunOnTimeout&) const = default;
};
struct KillOnTimeout {
  bool operator==(const KillOnTimeout&) const = default;
};
// Ask who is alive; SurvivorsNamed is the answer.
struct NameSurvivors {
  bool operator==(const NameSurvivors&) const = default;
};
// What is left is to live on; TreeLetGo is the answer.
struct LetGo {
  bool operator==(const LetGo&) const = default;
};
// The guard is gone: the front kills what has become its own children, until OrphansGone comes of it.
struct KillOrphans {
  bool operator==(const KillOrphans&) const = default;
};
// Look who of them is left; SurvivorsNamed is the answer.
struct NameOrphans {
  bool operator==(const NameOrphans&) const = default;
};
// The guard does not answer: stopped, or worse. KILL ends it in any state, and GuardLost comes of it.
struct KillGuard {
  bool operator==(const KillGuard&) const = default;
};
// Close those streams in which nothing waits to be read: somebody outside the tree holds their other end.
struct CloseQuietStreams {
  bool operator==(const CloseQuietStreams&) const = default;
};
struct CloseStreams {
  bool operator==(const CloseStreams&) const = default;
};

using AttemptAction =
    std::variant<SignalTree, StopGroup, StopLeader, KillTree, GatherEvidence, RunOnTimeout, KillOnTimeout,
                 NameSurvivors, LetGo, KillOrphans, NameOrphans, KillGuard, CloseQuietStreams, CloseStreams>;

class AttemptMachine {
 public:
  enum class State : std::uint8_t { spawning, running, stopping, draining, done };

  // Streams: how many are read; none where the command writes to the caller's descriptors itself.
  AttemptMachine(model::AttemptLimits limits, int streams);

  std::vector<AttemptAction> step(const AttemptEvent& event, model::Instant now);

  // The command wrote something. No event, as it comes with each read: the silence is measured when it could be over.
  void output_seen(model::Instant now) { last_output_ = now; }

  // When a deadline stops it, should nothing happen until then; none where nothing is looked at then, or while
  // suspended.
  std::optional<model::Instant> next_stop() const;
  // The stop that the guard is to begin, or to go on with, should we be silent when it is due.
  guard::KeepDeadline deadline() const;
  // Whether it waits for EvidenceGathered.
  bool gathering() const { return looking_ == Looking::at_tree; }
  // Whether it waits for the guard to say who is left.
  bool awaits_answer() const { return giving_up_; }
  // Since the last byte, or the start.
  model::Duration silence(model::Instant now) const { return now - last_output_; }

  // When it wants a Tick; none: never, or not while suspended.
  std::optional<model::Instant> wake_at() const;

  State state() const { return state_; }
  bool done() const { return state_ == State::done; }

  // What is known so far; the outcome's fields are final once done. Times and counts are the driver's to fill in.
  const model::AttemptResult& result() const { return result_; }

  // The status that is being stopped for; none where nothing stops it.
  std::optional<model::Status> stopping_for() const;

 private:
  struct Stop {
    model::Status status;
    model::Reason reason;
  };
  // What the first rung waits for.
  enum class Looking : std::uint8_t { not_at_all, at_tree, by_line };
  struct Deadlines {
    std::optional<model::Instant> wall;
    std::optional<model::Instant> total;      // of the run
    std::optional<model::Instant> idle;       // the silence is to be measured
    std::optional<model::Instant> rung;       // of the ladder: the grace of the rung that was climbed is over
    std::optional<model::Instant> evidence;   // the first rung has waited long enough
    std::optional<model::Instant> leak;       // the leader is gone, something is not: it is time to look
    std::optional<model::Instant> leak_kill;  // leaked processes got TERM: KILL is due
    std::optional<model::Instant> give_up;    // KILL was sent
  };

  void on(const Requested& event, model::Instant now);
  void on(const Started&, model::Instant now);
  void on(const StartFailed& event, model::Instant now);
  void on(const StreamEnded& event, model::Instant now);
  void on(const LeaderExited& event, model::Instant now);
  void on(const SurvivorsNamed& event, model::Instant now);
  void on(const GroupGone&, model::Instant now);
  void on(const TreeEmptied& event, model::Instant now);
  void on(const TreeLetGo& event, model::Instant now);
  void on(const CancelRequested& event, model::Instant now);
  void on(const OutputHeld&, model::Instant now);
  void on(const OutputFreed&, model::Instant now);
  void on(const OutputLimitPassed&, model::Instant now);
  void on(const TreeLimitPassed& event, model::Instant now);
  void on(const GuardLost&, model::Instant now);
  void on(const KillProgressed&, model::Instant now);
  void on(const OrphansGone&, model::Instant now);
  void on(const RungClimbed& event, model::Instant now);
  void on(const EvidenceGathered&, model::Instant now);
  void on(const OnTimeoutEnded&, model::Instant now);
  void on(const Suspended&, model::Instant now);
  void on(const Resumed&, model::Instant now);
  void on(const Tick& event, model::Instant now);

  void note_stop(Stop why);
  void begin_stop(Stop why, model::StopLadder ladder, model::Instant now);
  void listen(model::Instant now);
  void judge_silence(bool output_waits, model::Instant now);
  bool reaches_somebody() const;  // a stop that is under way
  void look_on(model::Instant now);
  void stop_looking();
  void climb(std::size_t rung, model::Instant now);
  void send(model::Signal signal);
  const model::Rung& stand_on(std::size_t rung, model::Instant now);
  void bound_the_kill(model::Instant now);
  void kill(model::Instant now);
  void await_survivors(model::Instant now);
  std::optional<model::Instant> leak_end(model::Instant now) const;
  void look_for_survivors(model::Instant now);
  void judge_survivors(const SurvivorsNamed& survivors, model::Instant now);
  void deal_with_survivors(model::Instant now);
  void end_leaked(model::Instant now);
  void cancel_the_leaked(const CancelRequested& event, int presses, model::Instant now);
  void let_go(model::Instant now);
  void look_at_streams(model::Instant now);
  void give_up(bool guard_starves, model::Instant now);
  void judge_unkilled(const SurvivorsNamed& left, model::Instant now);
  void finish_unknown();
  bool is_patient(model::Instant now) const;
  void drain(model::Instant now);
  void finish_if_drained();
  void finish();
  void cancel_the_rest(const CancelRequested& event, model::Instant now);
  void hurry(model::Instant now);
  void take_key(const CancelRequested& event, int presses, model::Instant now);
  void pass_on(model::Signal signal, int presses, model::Instant now);
  void escalate(int presses, model::Instant now);
  int count_press(model::Signal signal, model::Instant now);
  std::vector<std::optional<model::Instant>*> all_deadlines();

  model::AttemptLimits limits_;
  State state_ = State::spawning;
  model::AttemptResult result_;
  std::vector<AttemptAction> actions_;

  std::optional<Stop> stop_;  // the first reason; never replaced
  model::StopLadder ladder_;
  std::size_t rung_ = 0;
  Looking looking_ = Looking::not_at_all;
  Deadlines deadlines_;
  std::optional<model::Instant> suspended_since_;
  model::Instant last_output_{};
  bool output_held_ = false;

  int streams_open_;
  bool started_ = false;  // there is a command
  bool leader_gone_ = false;
  bool tree_empty_ = false;
  std::optional<model::Instant> wall_end_;  // the wall deadline that the leader did not reach
  std::optional<model::Instant> leak_due_;  // survivors that had their share of the processor have leaked then
  bool awaiting_survivors_ = false;         // nothing else is signalled
  bool naming_ = false;                     // survivors asked for, to be judged
  bool hurried_ = false;                    // by a cancel: they have no more time
  bool letting_go_ = false;
  std::optional<model::Instant> streams_end_;  // of what was let go: what still writes then is cut off
  bool giving_up_ = false;                     // survivors asked for as unkilled
  bool none_named_ = false;                    // when they were asked for before
  bool orphaned_ = false;                      // the guard is gone, and what it held is ours to kill
  model::KillPatience patience_;               // of the kill of the whole tree
  bool guard_killed_ = false;

  std::optional<model::Canceller> interrupted_;  // by a key, while the command decides what to make of it
  std::set<model::Signal> sent_;                 // during the stop, by the ladder or passed on
  struct Presses {
    model::Instant last;
    int count;
  };
  std::map<model::Signal, Presses> presses_;  // of cancels, whoever sent them
};

}  // namespace oversee::run
