// What front and guard say to each other over their socket: typed messages. Their bytes are guard/wire.hpp's.
#pragma once

#include <sys/wait.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/outcome.hpp"
#include "model/resource_limits.hpp"
#include "model/stop_ladder.hpp"
#include "os/open_files.hpp"

namespace oversee::guard {

// Front to guard.

// What the guard must know to finish the run's record, should the front be gone. Times are since the clocks' epochs.
struct RecordFacts {
  std::string run_id;
  std::string json_path;  // of the copy that the user asked for; empty: there is none
  std::int32_t attempt = 1;
  model::Duration started{};  // the run; monotonic, as all but the last
  model::Duration attempt_started{};
  model::Duration attempt_started_wall{};
  bool operator==(const RecordFacts&) const = default;
};
// The stop that is due at a time, should the front be silent then: the command may have stopped it (SIGSTOP, ptrace).
struct KeepDeadline {
  std::optional<model::Duration> at;     // on the monotonic clock, since its epoch; none: no stop is due
  std::uint32_t rung = 0;                // of the ladder, to be climbed first
  std::vector<model::Rung> ladder = {};  // whole; its last signal is KILL
  model::StopReach reach = model::StopReach::tree;
  bool operator==(const KeepDeadline&) const = default;
};
struct StartCommand {
  std::vector<std::string> argv;
  std::vector<std::string> environment;  // "K=V", complete
  std::string directory;                 // empty: as it is
  bool own_group = false;                // a process group of its own, else the caller's
  bool terminal = false;                 // its standard output is a terminal of its own
  std::string cgroup_name = {};          // of the group that may be made to hold it; empty: none may
  bool cgroup_at_start = false;          // it is in there from its start on; else where limits or a kill need that
  bool cgroup_required = false;          // and is not run otherwise
  std::uint64_t ignored_signals = 0;     // os::SignalState of oversee's caller
  std::uint64_t blocked_signals = 0;
  model::TreeLimits tree_limits{};
  model::ProcessLimits process_limits{};
  RecordFacts record = {};
  KeepDeadline deadline = {};
  std::int32_t tracer = 0;  // whose descendants may trace the command where only an ancestor's may; 0: nobody's
  bool operator==(const StartCommand&) const = default;
};
// To every descendant, then CONT so that a stopped one can act on it.
struct SignalTree {
  std::int32_t signal = 0;
  bool operator==(const SignalTree&) const = default;
};
struct SignalLeader {
  std::int32_t signal = 0;
  bool operator==(const SignalLeader&) const = default;
};
// To the leader's process group; to the leader alone where the group is the caller's.
struct SignalGroup {
  std::int32_t signal = 0;
  bool operator==(const SignalGroup&) const = default;
};
// Of a stop that reaches no more than this; then CONT, as above. Not to the whole group where it is oversee's, too, but
// to those in it that are the command's; GroupGone follows.
struct StopGroup {
  std::int32_t signal = 0;
  std::int32_t group = 0;
  bool operator==(const StopGroup&) const = default;
};
struct StopLeader {
  std::int32_t signal = 0;
  bool operator==(const StopLeader&) const = default;
};
struct KillTree {
  bool operator==(const KillTree&) const = default;
};
// Who is alive, and which of them have these files open.
struct NameSurvivors {
  os::FileIdentity out, err;  // the command's streams; where it has a terminal of its own the guard knows better
  bool operator==(const NameSurvivors&) const = default;
};
// The leader is gone, and what is left is to live on: the guard leaves it to whoever adopts it, and ends.
struct LetGo {
  bool operator==(const LetGo&) const = default;
};

// What the user's terminal is to be set to, should the front be gone; empty: nothing any more. os::TerminalModes.
struct HoldTerminal {
  std::string modes = {};
  std::int32_t group = 0;  // the front's: whether the terminal is still its own is judged by that
  bool shared = false;     // the command sits at it; else the front has switched it, and another's modes are left alone
  bool operator==(const HoldTerminal&) const = default;
};
// What is to be written to it then, for what the command's output has changed of the screen; empty: nothing.
struct HoldScreen {
  std::string undo = {};
  bool operator==(const HoldScreen&) const = default;
};

// The front is about to finish the record itself.
struct ReleaseRecord {
  bool operator==(const ReleaseRecord&) const = default;
};

using Request = std::variant<StartCommand, SignalTree, SignalLeader, SignalGroup, StopGroup, StopLeader, KillTree,
                             NameSurvivors, LetGo, HoldTerminal, HoldScreen, ReleaseRecord, KeepDeadline>;

// Guard to front.

struct CommandStarted {
  std::int32_t pid = 0;
  std::string cgroup = {};     // the directory of its group; empty: it has none
  std::string no_cgroup = {};  // why, where it was to have one
  model::TreeMeans means{};
  model::ProcView proc = model::ProcView::all;  // the guard's
  bool operator==(const CommandStarted&) const = default;
};
struct StartFailed {
  std::string stage;
  std::int32_t error = 0;
  std::string subject;
  bool operator==(const StartFailed&) const = default;
};
struct LeaderStopped {
  std::int32_t signal = 0;
  bool operator==(const LeaderStopped&) const = default;
};
struct LeaderContinued {
  bool operator==(const LeaderContinued&) const = default;
};
struct LeaderExited {
  std::int32_t wait_status = 0;           // as wait(2) gives it
  std::uint64_t out_of_memory_kills = 0;  // by the kernel, on the whole machine, meanwhile; looked at after a failure

  // One of the two is there.
  std::optional<int> exit_code() const {
    return WIFSIGNALED(wait_status) ? std::nullopt : std::optional(WEXITSTATUS(wait_status));
  }
  std::optional<model::Signal> signal() const {
    return WIFSIGNALED(wait_status) ? std::optional(WTERMSIG(wait_status)) : std::nullopt;
  }
  bool operator==(const LeaderExited&) const = default;
};
// Somebody sent the guard a signal to end: a command's kill $PPID means its supervisor.
struct CancelAsked {
  std::int32_t signal = 0;
  std::int32_t sender = 0;
  bool operator==(const CancelAsked&) const = default;
};
struct Survivors {
  std::vector<model::Survivor> processes;  // at most kMostNames of them
  std::uint32_t more = 0;                  // that are not named
  // Since the leader's end, the longest time that one of them was kept from ending by others: it waited for a
  // processor.
  model::Duration starved{};
  std::uint32_t dying = 0;  // have nothing left to do but to die, once they get a processor
  bool operator==(const Survivors&) const = default;
};
// After StopGroup: the leader is gone, and nobody else of the group is left.
struct GroupGone {
  bool operator==(const GroupGone&) const = default;
};
// Each limit once.
struct LimitPassed {
  model::PassedLimit limit{};
  bool operator==(const LimitPassed&) const = default;
};
// The front was silent when a stop was due: the guard has sent the signal of this rung in its place.
struct RungClimbed {
  std::uint32_t rung = 0;
  bool operator==(const RungClimbed&) const = default;
};
// A kill goes on, and something has changed since the last such report: a process died, or was found.
struct KillProgressed {
  bool operator==(const KillProgressed&) const = default;
};
// A signal was sent. KILL is reported at most ten times a second, for all processes since the last report.
struct SignalSent {
  std::int32_t signal = 0;
  std::uint32_t processes = 0;  // that got it; 0: unknown, as the kernel signalled a whole group
  model::StopReach reach = model::StopReach::tree;
  bool continued = false;  // CONT followed, so that a stopped process can act
  bool operator==(const SignalSent&) const = default;
};
// No descendant is left; the guard's last word.
struct TreeEmpty {
  model::Usage usage;
  bool by_cgroup = false;  // a group had a part in it
  bool operator==(const TreeEmpty&) const = default;
};

// Some are left, and no longer held; the guard's last word.
struct TreeLetGo {
  model::Usage usage;
  bool operator==(const TreeLetGo&) const = default;
};

using Report =
    std::variant<CommandStarted, StartFailed, LeaderStopped, LeaderContinued, LeaderExited, CancelAsked, Survivors,
                 GroupGone, LimitPassed, TreeEmpty, TreeLetGo, RungClimbed, KillProgressed, SignalSent>;

inline constexpr std::size_t kMostNames = 32;

}  // namespace oversee::guard
