// The messages between front and guard over their socket. guard/wire.hpp defines their bytes; each message lists the
// fields that are sent.
#pragma once

#include <sys/wait.h>

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "model/outcome.hpp"
#include "model/resource_limits.hpp"
#include "model/stop_ladder.hpp"
#include "os/open_files.hpp"

namespace oversee::guard {

// Front to guard.

// The facts that the guard needs to finish the run's record if the front dies. Times count from the epochs of their
// clocks.
struct RecordFacts {
  std::string run_id;
  std::string json_path;  // the user's copy of the summary; empty: none
  std::int32_t attempt = 1;
  model::Duration started{};  // of the run, on the monotonic clock
  model::Duration attempt_started{};
  model::Duration attempt_started_wall{};
  static auto fields(auto& m) {
    return std::tie(m.run_id, m.json_path, m.attempt, m.started, m.attempt_started, m.attempt_started_wall);
  }
  bool operator==(const RecordFacts&) const = default;
};
// The next due stop, which the guard enforces if the front is silent then: the command may have stopped the front
// (SIGSTOP, ptrace).
struct KeepDeadline {
  std::optional<model::Duration> at;     // on the monotonic clock, since its epoch; none: no stop is due
  std::uint32_t rung = 0;                // index of the rung to climb first
  std::vector<model::Rung> ladder = {};  // complete; its last signal is KILL
  model::StopReach reach = model::StopReach::tree;
  static auto fields(auto& m) { return std::tie(m.at, m.rung, m.ladder, m.reach); }
  bool operator==(const KeepDeadline&) const = default;
};
struct StartCommand {
  std::vector<std::string> argv;
  std::vector<std::string> environment;  // "K=V", complete
  std::string directory;                 // empty: the guard's
  bool own_group = false;                // a new process group; else the caller's
  bool terminal = false;                 // its standard output is a terminal of its own, to be its controlling one
  std::string cgroup_name = {};          // of the cgroup that may be created for it; empty: none may
  bool cgroup_at_start = false;          // create it before the start; else only if limits or a kill need it
  bool cgroup_required = false;          // the start fails without it
  std::uint64_t ignored_signals = 0;     // these two: os::SignalState of the caller
  std::uint64_t blocked_signals = 0;
  model::TreeLimits tree_limits{};
  model::ProcessLimits process_limits{};
  RecordFacts record = {};
  KeepDeadline deadline = {};
  std::int32_t tracer = 0;  // its descendants may trace the command although Yama allows only ancestors; 0: none
  static auto fields(auto& m) {
    return std::tie(m.argv, m.environment, m.directory, m.own_group, m.terminal, m.cgroup_name, m.cgroup_at_start,
                    m.cgroup_required, m.ignored_signals, m.blocked_signals, m.tree_limits, m.process_limits, m.record,
                    m.deadline, m.tracer);
  }
  bool operator==(const StartCommand&) const = default;
};
// Signals every descendant. CONT follows so that stopped processes can act; not after STOP, TSTP or CONT.
struct SignalTree {
  std::int32_t signal = 0;
  static auto fields(auto& m) { return std::tie(m.signal); }
  bool operator==(const SignalTree&) const = default;
};
struct SignalLeader {
  std::int32_t signal = 0;
  static auto fields(auto& m) { return std::tie(m.signal); }
  bool operator==(const SignalLeader&) const = default;
};
// Signals the leader's process group; only the leader if it shares the caller's group.
struct SignalGroup {
  std::int32_t signal = 0;
  static auto fields(auto& m) { return std::tie(m.signal); }
  bool operator==(const SignalGroup&) const = default;
};
// A stop with reach `group`; CONT follows. If oversee is in the same group, the guard signals only the members that
// belong to the tree. GroupGone reports the end.
struct StopGroup {
  std::int32_t signal = 0;
  std::int32_t group = 0;
  static auto fields(auto& m) { return std::tie(m.signal, m.group); }
  bool operator==(const StopGroup&) const = default;
};
// A stop with reach `leader`; CONT follows.
struct StopLeader {
  std::int32_t signal = 0;
  static auto fields(auto& m) { return std::tie(m.signal); }
  bool operator==(const StopLeader&) const = default;
};
struct KillTree {
  bool operator==(const KillTree&) const = default;
};
// Asks for the live descendants, and which of them have these files open.
struct NameSurvivors {
  os::FileIdentity out, err;  // the command's streams; ignores `out` if the command has its own terminal
  static auto fields(auto& m) { return std::tie(m.out, m.err); }
  bool operator==(const NameSurvivors&) const = default;
};
// The leader has exited and the remaining processes may live on: the guard exits and releases them to the next
// subreaper.
struct LetGo {
  bool operator==(const LetGo&) const = default;
};

// The modes (os::TerminalModes) to restore on the user's terminal if the front dies; empty: none.
struct HoldTerminal {
  std::string modes = {};
  std::int32_t group = 0;  // the front's; tells whether the terminal still belongs to the front
  bool shared = false;     // the command uses it, too; else modes changed by others since are kept
  static auto fields(auto& m) { return std::tie(m.modes, m.group, m.shared); }
  bool operator==(const HoldTerminal&) const = default;
};
// The sequences that then undo the command's changes of the screen; empty: none.
struct HoldScreen {
  std::string undo = {};
  static auto fields(auto& m) { return std::tie(m.undo); }
  bool operator==(const HoldScreen&) const = default;
};

// The front finishes the record itself.
struct ReleaseRecord {
  bool operator==(const ReleaseRecord&) const = default;
};

using Request = std::variant<StartCommand, SignalTree, SignalLeader, SignalGroup, StopGroup, StopLeader, KillTree,
                             NameSurvivors, LetGo, HoldTerminal, HoldScreen, ReleaseRecord, KeepDeadline>;

// Guard to front.

struct CommandStarted {
  std::int32_t pid = 0;
  std::string cgroup = {};     // the path of its cgroup; empty: none
  std::string no_cgroup = {};  // why there is none although one was asked for
  model::TreeMeans means{};
  model::ProcView proc = model::ProcView::all;  // the guard's view
  static auto fields(auto& m) { return std::tie(m.pid, m.cgroup, m.no_cgroup, m.means, m.proc); }
  bool operator==(const CommandStarted&) const = default;
};
struct StartFailed {
  std::string stage;
  std::int32_t error = 0;
  std::string subject;
  static auto fields(auto& m) { return std::tie(m.stage, m.error, m.subject); }
  bool operator==(const StartFailed&) const = default;
};
struct LeaderStopped {
  std::int32_t signal = 0;
  static auto fields(auto& m) { return std::tie(m.signal); }
  bool operator==(const LeaderStopped&) const = default;
};
struct LeaderContinued {
  bool operator==(const LeaderContinued&) const = default;
};
struct LeaderExited {
  std::int32_t wait_status = 0;           // as from wait(2)
  std::uint64_t out_of_memory_kills = 0;  // by the kernel, on the whole machine; counted after a failure only

  // Exactly one of exit_code() and signal() is set.
  std::optional<int> exit_code() const {
    return WIFSIGNALED(wait_status) ? std::nullopt : std::optional(WEXITSTATUS(wait_status));
  }
  std::optional<model::Signal> signal() const {
    return WIFSIGNALED(wait_status) ? std::optional(WTERMSIG(wait_status)) : std::nullopt;
  }
  static auto fields(auto& m) { return std::tie(m.wait_status, m.out_of_memory_kills); }
  bool operator==(const LeaderExited&) const = default;
};
// A process sent the guard a termination signal: a command's `kill $PPID` means its supervisor.
struct CancelAsked {
  std::int32_t signal = 0;
  std::int32_t sender = 0;
  static auto fields(auto& m) { return std::tie(m.signal, m.sender); }
  bool operator==(const CancelAsked&) const = default;
};
struct Survivors {
  std::vector<model::Survivor> processes;  // at most kMostNames
  std::uint32_t more = 0;                  // the number of further processes, not named
  // The longest time since the leader's exit for which one of them could not exit because it waited for a processor.
  model::Duration starved{};
  std::uint32_t dying = 0;  // processes that only need a processor to finish dying
  static auto fields(auto& m) { return std::tie(m.processes, m.more, m.starved, m.dying); }
  bool operator==(const Survivors&) const = default;
};
// After StopGroup: the leader has exited, and the group has no other live member.
struct GroupGone {
  bool operator==(const GroupGone&) const = default;
};
// Sent once for each limit.
struct LimitPassed {
  model::PassedLimit limit{};
  static auto fields(auto& m) { return std::tie(m.limit); }
  bool operator==(const LimitPassed&) const = default;
};
// The front was silent when a stop was due: the guard has climbed this rung.
struct RungClimbed {
  std::uint32_t rung = 0;
  static auto fields(auto& m) { return std::tie(m.rung); }
  bool operator==(const RungClimbed&) const = default;
};
// A kill has progressed since the last such report: a process died, or a new one was found.
struct KillProgressed {
  bool operator==(const KillProgressed&) const = default;
};
// A signal was sent. KILL is reported at most ten times a second, for all processes since the last report.
struct SignalSent {
  std::int32_t signal = 0;
  std::uint32_t processes = 0;  // that got it; 0: unknown, because the kernel signalled a whole group or cgroup
  model::StopReach reach = model::StopReach::tree;
  bool continued = false;  // CONT followed, so that a stopped process can act
  static auto fields(auto& m) { return std::tie(m.signal, m.processes, m.reach, m.continued); }
  bool operator==(const SignalSent&) const = default;
};
// No descendant remains. The guard's last report.
struct TreeEmpty {
  model::Usage usage;
  bool by_cgroup = false;  // a cgroup held the tree or was used to kill it
  static auto fields(auto& m) { return std::tie(m.usage, m.by_cgroup); }
  bool operator==(const TreeEmpty&) const = default;
};

// Descendants remain and are released. The guard's last report.
struct TreeLetGo {
  model::Usage usage;
  static auto fields(auto& m) { return std::tie(m.usage); }
  bool operator==(const TreeLetGo&) const = default;
};

using Report =
    std::variant<CommandStarted, StartFailed, LeaderStopped, LeaderContinued, LeaderExited, CancelAsked, Survivors,
                 GroupGone, LimitPassed, TreeEmpty, TreeLetGo, RungClimbed, KillProgressed, SignalSent>;

inline constexpr std::size_t kMostNames = 32;

}  // namespace oversee::guard
