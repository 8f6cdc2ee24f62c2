// One attempt as a pure machine: events in, actions out. Reads no clock, starts no process, sends no signal.
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

// Events.

// The guard was asked to start the command. The limits count from here, because the start itself may hang.
struct Requested {
  std::optional<model::Instant> total_end;  // the deadline of the whole run
};
struct Started {};
struct StartFailed {
  model::SpawnFailure failure;
};
// The stream has ended, or reading it failed with an errno.
struct StreamEnded {
  model::Stream stream;
  int error = 0;
};
struct LeaderExited {
  std::optional<int> exit_code;
  std::optional<model::Signal> signal;
  std::uint64_t out_of_memory_kills = 0;  // by the kernel, on the whole machine, since the start
};
struct SurvivorsNamed {
  std::vector<model::Survivor> processes;
  std::uint64_t more = 0;     // the number of further processes, not named
  model::Duration starved{};  // since the leader's exit: the longest time that one of them waited for a processor
  std::uint32_t dying = 0;    // processes that only need a processor to die
};
// After StopGroup: the leader has exited, and no live process is left in the command's process group.
struct GroupGone {};
struct TreeEmptied {
  model::Usage usage;
};
// The remaining processes are released.
struct TreeLetGo {
  model::Usage usage;
};
struct CancelRequested {
  model::Canceller by;
  bool from_terminal = false;  // the command shares the terminal and has got the signal already
  bool keys_read = false;      // the command reads single keys: Ctrl-C is one of its keys
};
// Our reader is slow, so the command's output is throttled: its silence is our doing.
struct OutputHeld {};
struct OutputFreed {};
// A stream exceeded the output limit.
struct OutputLimitPassed {};
// The tree exceeded a limit.
struct TreeLimitPassed {
  model::PassedLimit limit{};
};
struct GuardLost {};
// A kill, by the guard or by us, has progressed: a process died, or a new one was found.
struct KillProgressed {};
// After KillOrphans: no process of the tree is left.
struct OrphansGone {};
// The front was silent when a stop was due: the guard has climbed this rung in its place.
struct RungClimbed {
  std::size_t rung = 0;
};
// The snapshot of the tree is taken.
struct EvidenceGathered {};
// The --on-timeout hook has ended.
struct OnTimeoutEnded {};
// oversee itself is suspended and continued, together with the command.
struct Suspended {};
struct Resumed {};
// The time of wake_at() has come.
struct Tick {
  bool output_waits = false;   // unread, in a pipe
  bool guard_starves = false;  // the guard is runnable and will answer once it gets a processor
};

using AttemptEvent =
    std::variant<Requested, Started, StartFailed, StreamEnded, LeaderExited, SurvivorsNamed, GroupGone, TreeEmptied,
                 TreeLetGo, CancelRequested, OutputHeld, OutputFreed, OutputLimitPassed, TreeLimitPassed, GuardLost,
                 KillProgressed, OrphansGone, RungClimbed, EvidenceGathered, OnTimeoutEnded, Suspended, Resumed, Tick>;

// Actions, in the order to perform them.

struct SignalTree {
  model::Signal signal;
  bool operator==(const SignalTree&) const = default;
};
// Signal only the process group, or only the leader; used for KILL, too.
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
// Take a snapshot of the tree before it is told to end; EvidenceGathered is the answer.
struct GatherEvidence {
  bool operator==(const GatherEvidence&) const = default;
};
// Run the --on-timeout hook; OnTimeoutEnded follows unless the hook is killed.
struct RunOnTimeout {
  bool operator==(const RunOnTimeout&) const = default;
};
struct KillOnTimeout {
  bool operator==(const KillOnTimeout&) const = default;
};
// Ask the guard for the live descendants; SurvivorsNamed is the answer.
struct NameSurvivors {
  bool operator==(const NameSurvivors&) const = default;
};
// Release the remaining processes; TreeLetGo is the answer.
struct LetGo {
  bool operator==(const LetGo&) const = default;
};
// The guard is gone: the front kills the processes that it has inherited; OrphansGone follows.
struct KillOrphans {
  bool operator==(const KillOrphans&) const = default;
};
// List the inherited processes that remain; SurvivorsNamed is the answer.
struct NameOrphans {
  bool operator==(const NameOrphans&) const = default;
};
// The guard does not answer, because it is stopped or stuck. KILL ends it in any state; GuardLost follows.
struct KillGuard {
  bool operator==(const KillGuard&) const = default;
};
// Close the streams that have no unread bytes: a process outside the tree holds their other end.
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

  // `streams` is the number of streams to read; 0 if the command writes to the caller's descriptors.
  AttemptMachine(model::AttemptLimits limits, int streams);

  std::vector<AttemptAction> step(const AttemptEvent& event, model::Instant now);

  // The command wrote output. Not an event, because it happens with each read: the machine measures silence only when
  // the idle limit may be over.
  void output_seen(model::Instant now) { last_output_ = now; }

  // When a deadline will stop the command if nothing else happens; none if no snapshot is taken then, or while
  // suspended.
  std::optional<model::Instant> next_stop() const;
  // The stop that the guard must begin or continue if we are silent when it is due.
  guard::KeepDeadline deadline() const;
  // Whether it waits for EvidenceGathered.
  bool gathering() const { return looking_ == Looking::at_tree; }
  // Whether it waits for the guard's list of remaining processes.
  bool awaits_answer() const { return giving_up_; }
  // The time since the last byte, or since the start.
  model::Duration silence(model::Instant now) const { return now - last_output_; }

  // When it needs a Tick; none: never, or not while suspended.
  std::optional<model::Instant> wake_at() const;

  State state() const { return state_; }
  bool done() const { return state_ == State::done; }

  // The result so far; the fields of the outcome are final once done(). The driver fills in times and counts.
  const model::AttemptResult& result() const { return result_; }

  // The status that the present stop leads to; none if there is no stop.
  std::optional<model::Status> stopping_for() const;

 private:
  struct Stop {
    model::Status status;
    model::Reason reason;
  };
  // The first rung waits for a snapshot of the tree, or for the --on-timeout hook.
  enum class Looking : std::uint8_t { not_at_all, at_tree, by_line };
  struct Deadlines {
    std::optional<model::Instant> wall;
    std::optional<model::Instant> total;      // of the run
    std::optional<model::Instant> idle;       // the silence must be measured
    std::optional<model::Instant> rung;       // the grace period of the present rung ends
    std::optional<model::Instant> evidence;   // the bound on the snapshot or the hook
    std::optional<model::Instant> leak;       // the leader has exited, descendants remain: time to list them
    std::optional<model::Instant> leak_kill;  // leaked processes got TERM: KILL is due
    std::optional<model::Instant> give_up;  // the bound on a kill that does not progress, or on an answer of the guard
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
  bool reaches_somebody() const;  // whether the present stop still has a process to signal
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
  bool started_ = false;  // the command has started
  bool leader_gone_ = false;
  bool tree_empty_ = false;
  std::optional<model::Instant> wall_end_;  // the deadline that the leader did not reach
  std::optional<model::Instant> leak_due_;  // after this time, descendants that had a processor count as leaked
  bool awaiting_survivors_ = false;         // no more signals until they are judged
  bool naming_ = false;                     // NameSurvivors is pending, to judge leaks
  bool hurried_ = false;                    // a cancel ended the leak timeout
  bool letting_go_ = false;
  std::optional<model::Instant> streams_end_;  // streams that released processes still write to are closed then
  bool giving_up_ = false;                     // NameSurvivors is pending, to name unkilled processes
  bool none_named_ = false;                    // the previous list was empty
  bool orphaned_ = false;                      // the guard is gone, and the front must kill the tree
  model::KillPatience patience_;               // of the kill of the whole tree
  bool guard_killed_ = false;

  std::optional<model::Canceller> interrupted_;  // by a key, until the command's reaction is known
  std::set<model::Signal> sent_;                 // during the stop, by the ladder or passed on
  struct Presses {
    model::Instant last;
    int count;
  };
  std::map<model::Signal, Presses> presses_;  // of cancels, from all senders
};

}  // namespace oversee::run
