// How attempts and runs end, and oversee's exit status for each end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/clock.hpp"
#include "model/duration.hpp"
#include "model/evidence.hpp"
#include "model/leaks.hpp"
#include "model/proc_view.hpp"
#include "model/resource_limits.hpp"
#include "model/signal_name.hpp"
#include "model/slot_queue.hpp"
#include "model/user_line.hpp"

namespace oversee::model {

enum class Status : std::uint8_t { completed, failed, timed_out, cancelled };

// The reason of the end; the summary's `reason`. Same names as in the JSON summary.
enum class Reason : std::uint8_t {
  exit,             // the command exited by itself
  signal,           // the command died of a signal, or oversee was sent one (cancelled)
  timeout,          // the attempt's wall time ran out
  idle_timeout,     // it wrote nothing for too long
  total_timeout,    // the time of all attempts ran out
  queue_timeout,    // no slot became free in time; nothing was run
  queue_full,       // no slot was free, and the run may not wait; nothing was run
  output_limit,     // it wrote more than --max-output allows
  leaked,           // it succeeded, but left processes behind
  flaky,            // it succeeded after a failure, and --flaky is fail
  memory_limit,     // the tree passed a limit on memory,
  cpu_limit,        // CPU time,
  process_limit,    // or processes
  file_size_limit,  // a file grew past the limit on its size
  out_of_memory,    // the kernel killed it for lack of memory, not because of a limit of the run
  not_found,        // there is no such command
  not_executable,   // the command exists but cannot be executed
  spawn,            // it could not be started for another reason
  io,               // the command's output could not be read
  output_error,     // the output could not be written to oversee's stdout or stderr
  supervisor_lost,  // the guard was killed from outside
};
inline constexpr std::size_t kReasons = static_cast<std::size_t>(Reason::supervisor_lost) + 1;

std::string_view to_string(Status status);
std::string_view to_string(Reason reason);

// How the tree is held together: by a subreaper that finds every process in /proc, or that reaches only the command's
// process group and adopted orphans (group); each with or without a cgroup. Same names as in the JSON summary.
enum class Containment : std::uint8_t {
  subreaper,
  cgroup_and_subreaper,
  group_and_subreaper,
  cgroup_group_and_subreaper,
};
Containment containment_of(bool by_cgroup, ProcView proc);

std::string_view to_string(Containment layer);

// Whether the CPU time may be too low: a sum over reaped children misses the children that no process waited for. The
// counts of processes, faults, switches and bytes are always such sums.
enum class Accuracy : std::uint8_t { lower_bound, exact };
std::string_view to_string(Accuracy accuracy);

// What the tree consumed: summed over every reaped process, including the children that it had waited for, unless a
// source that covers every process (the cgroup) is available.
struct Usage {
  Duration user{};
  Duration system{};
  std::uint64_t max_rss_bytes = 0;  // of the largest single process
  std::uint64_t peak_bytes = 0;     // of the whole tree at one time; 0: unknown
  std::uint64_t processes = 0;      // reaped by the guard; a parent may have reaped others
  std::uint64_t major_faults = 0;   // page faults that waited for a read
  std::uint64_t voluntary_switches = 0;
  std::uint64_t involuntary_switches = 0;
  std::uint64_t read_bytes = 0;  // from storage, not the cache; getrusage(2) counts blocks of 512
  std::uint64_t written_bytes = 0;
  Accuracy accuracy = Accuracy::lower_bound;  // of user and system

  bool operator==(const Usage&) const = default;
};

struct StreamCount {
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;          // newlines seen
  std::uint64_t omitted_bytes = 0;  // past the limit on the log
  std::uint64_t omitted_lines = 0;
  std::uint64_t spilled_bytes = 0;  // kept in a separate file
  std::string spill_path = {};
  bool counted = false;  // false: the command wrote directly to the caller's descriptor, so the counts are unknown
};

// The sender of the signal that cancelled a run; pid 0 is the terminal or the kernel.
struct Canceller {
  Signal signal = 0;
  int pid = 0;
};

// "cancelled by TERM sent by pid 42"
std::string describe(const Canceller& by);

// The stage of a limit that cannot be enforced; its subject is the whole sentence (unkept_limit).
inline constexpr std::string_view kLimitStage = "limit";

struct SpawnFailure {
  std::string stage;    // the step that failed: "exec", "directory", "cgroup", …
  int error = 0;        // errno
  std::string subject;  // the command or directory
};

// The report if the number of processes that remain after a kill could not be determined.
inline constexpr std::string_view kUnknownLeft = "how many are left is unknown";

struct AttemptResult {
  int number = 1;  // 0: no attempt, the run ended in the queue; started and finished are then the wait's
  Status status = Status::failed;
  Reason reason = Reason::exit;
  std::optional<int> exit_code;  // of the leader, whatever the reason
  std::optional<Signal> signal;  // the signal that killed the leader
  bool forced = false;           // KILL was needed
  Duration silent{};             // with Reason::idle_timeout: the length of the silence
  std::vector<HeldLimit> limits;
  std::optional<PassedLimit> passed_limit;
  // Processes on the whole machine that the kernel killed for lack of memory while this command ran, if it then failed.
  std::uint64_t out_of_memory_kills = 0;
  std::optional<SpawnFailure> spawn_failure;
  std::optional<Canceller> cancelled_by;
  std::optional<SlotStanding> slot;   // of a run that ended before it got one
  std::vector<Survivor> leaked;       // the first of the processes that outlived the leader
  std::uint64_t leaked_more = 0;      // number of further ones
  bool leaked_live = false;           // true: left alive; false: killed
  std::vector<ProcessName> unkilled;  // the first that could not be killed: setuid, or stuck in the kernel
  std::uint64_t unkilled_more = 0;
  bool unkilled_unknown = false;     // whether more of them remain could not be determined
  std::optional<Evidence> evidence;  // the snapshot of the tree before a stop
  std::optional<UserLineResult> on_timeout;
  std::optional<UserLineResult> before_retry;  // the --before-retry hook, run before this attempt
  Containment containment = Containment::subreaper;
  ProcView proc = ProcView::all;  // how much of the tree the guard saw
  Reading started{};
  Reading finished{};
  Usage usage;
  StreamCount out;
  StreamCount err;

  bool begun() const { return number > 0; }
  // Whether no process that should have been killed is known, or suspected, to remain.
  bool all_killed() const { return unkilled.empty() && !unkilled_unknown; }
  // Whether the end came neither from oversee nor from a signal, so that the terminal is in the state that the command
  // intended. Also true if the command never ran.
  bool ended_by_itself() const;
  Duration duration() const { return finished.instant - started.instant; }
};

// How oversee itself ends: by an exit code, or by dying of a signal.
struct ExitAction {
  int code = 0;
  std::optional<Signal> die_of;

  // The status that a shell shows in $?.
  int shell_status() const { return die_of ? 128 + *die_of : code; }
  bool operator==(const ExitAction&) const = default;
};

// For oversee's own failures, and for bad usage or settings.
inline constexpr int kExitOwnFailure = 125;

// For every timeout.
inline constexpr int kExitTimedOut = 124;

// For a run that failed and then succeeded, and for leaked processes under --leaks fail.
inline constexpr int kExitFlaky = 122;

// The treatment of a success after a failure: success, success with a warning, or failure.
enum class OnFlaky : std::uint8_t { pass, warn, fail };
std::string_view to_string(OnFlaky what);

struct ExitPolicy {
  bool preserve_status = false;  // on a timeout, exit with the command's own status
  OnFlaky on_flaky = OnFlaky::warn;
  std::map<Reason, int> codes = {};  // replace the codes of these reasons; never of a success or a cancellation
};

ExitAction exit_action(const AttemptResult& last, const ExitPolicy& policy);

// One sentence without a full stop: "exit 2 after 12.0s", "timed out after 5m (TERM)".
std::string describe(const AttemptResult& result);

}  // namespace oversee::model
