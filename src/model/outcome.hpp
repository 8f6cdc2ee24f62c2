// How an attempt and a run ended, and what oversee exits with: the table of verdicts.
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

// Why; the summary's authority. The words are those of the JSON summary.
enum class Reason : std::uint8_t {
  exit,             // the command exited by itself
  signal,           // the command died of a signal, or oversee was sent one (cancelled)
  timeout,          // the attempt's wall time was over
  idle_timeout,     // it wrote nothing for too long
  total_timeout,    // the time of all attempts was over
  queue_timeout,    // no slot was free in time; nothing was run
  queue_full,       // no slot was free, and it was not to wait; nothing was run
  output_limit,     // it wrote more than it was allowed to
  leaked,           // it succeeded, and left processes behind
  flaky,            // it succeeded, after a failure that is not to be forgotten
  memory_limit,     // its tree used more than it was allowed to: memory,
  cpu_limit,        // CPU time,
  process_limit,    // processes
  file_size_limit,  // a file of its grew larger than it was allowed to
  out_of_memory,    // the kernel killed it for lack of memory, by no limit of ours
  not_found,        // there is no such command
  not_executable,   // it is there, and cannot be executed
  spawn,            // it could not be started for another reason
  io,               // the command's output could not be read
  output_error,     // what the command wrote could not be passed on to oversee's own stdout or stderr
  supervisor_lost,  // the guard was killed from outside
};
inline constexpr std::size_t kReasons = static_cast<std::size_t>(Reason::supervisor_lost) + 1;

std::string_view to_string(Status status);
std::string_view to_string(Reason reason);

// What held the tree: adoption of orphans by the guard, which finds every process in /proc, or else reaches the
// command's process group and what it has adopted; and a cgroup. The words are those of the JSON summary.
enum class Containment : std::uint8_t {
  subreaper,
  cgroup_and_subreaper,
  group_and_subreaper,
  cgroup_group_and_subreaper,
};
Containment containment_of(bool by_cgroup, ProcView proc);

std::string_view to_string(Containment layer);

// Whether the CPU time can be too low: a sum over what was waited for misses who was waited for by nobody. The numbers
// of processes, faults, switches and bytes always are such sums.
enum class Accuracy : std::uint8_t { lower_bound, exact };
std::string_view to_string(Accuracy accuracy);

// What the tree cost: summed over every process that was reaped, the children that these waited for included, unless a
// source that misses nobody stands in.
struct Usage {
  Duration user{};
  Duration system{};
  std::uint64_t max_rss_bytes = 0;  // of the largest single process
  std::uint64_t peak_bytes = 0;     // of the whole tree at one time; 0: not known
  std::uint64_t processes = 0;      // reaped by the guard, of which a parent may have taken some
  std::uint64_t major_faults = 0;   // that had to wait for a read
  std::uint64_t voluntary_switches = 0;
  std::uint64_t involuntary_switches = 0;
  std::uint64_t read_bytes = 0;  // from storage, past the cache; getrusage(2) counts blocks of 512
  std::uint64_t written_bytes = 0;
  Accuracy accuracy = Accuracy::lower_bound;  // of user and system

  bool operator==(const Usage&) const = default;
};

struct StreamCount {
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;          // newlines seen
  std::uint64_t omitted_bytes = 0;  // by the limit on what is kept
  std::uint64_t omitted_lines = 0;
  std::uint64_t spilled_bytes = 0;  // kept, in a file of their own
  std::string spill_path = {};
  bool counted = false;  // false: the command wrote to our caller's descriptor itself, nothing is known
};

// Who sent the signal that cancelled a run; pid 0 where the terminal or the kernel did.
struct Canceller {
  Signal signal = 0;
  int pid = 0;
};

// "cancelled by TERM sent by pid 42"
std::string describe(const Canceller& by);

// The stage of a limit that cannot be kept; the subject is the whole sentence (unkept_limit).
inline constexpr std::string_view kLimitStage = "limit";

struct SpawnFailure {
  std::string stage;    // what was being set up: "exec", "directory", "cgroup", …
  int error = 0;        // errno
  std::string subject;  // the command or directory
};

// Where nobody could say what a kill has left.
inline constexpr std::string_view kUnknownLeft = "how many are left is unknown";

struct AttemptResult {
  int number = 1;  // 0: there was none, the run ended in the queue for a slot; started and finished are the wait's
  Status status = Status::failed;
  Reason reason = Reason::exit;
  std::optional<int> exit_code;  // of the leader, whatever the reason
  std::optional<Signal> signal;  // that the leader died of
  bool forced = false;           // KILL was needed
  Duration silent{};             // with Reason::idle_timeout: how long
  std::vector<HeldLimit> limits;
  std::optional<PassedLimit> passed_limit;
  // Processes that the kernel killed for lack of memory, on the whole machine, while a command ran that then failed.
  std::uint64_t out_of_memory_kills = 0;
  std::optional<SpawnFailure> spawn_failure;
  std::optional<Canceller> cancelled_by;
  std::optional<SlotStanding> slot;   // of a run that ended before it had one
  std::vector<Survivor> leaked;       // outlived the leader; the first of them
  std::uint64_t leaked_more = 0;      // that are not named
  bool leaked_live = false;           // they were left alive; else killed
  std::vector<ProcessName> unkilled;  // could not be killed: setuid, or stuck in the kernel; the first of them
  std::uint64_t unkilled_more = 0;
  bool unkilled_unknown = false;     // whether more of them are left, and how many, nobody could say
  std::optional<Evidence> evidence;  // of what it did when it was to be stopped
  std::optional<UserLineResult> on_timeout;
  std::optional<UserLineResult> before_retry;  // of --before-retry's line, run before this attempt
  Containment containment = Containment::subreaper;
  ProcView proc = ProcView::all;  // what the guard saw of the tree
  Reading started{};
  Reading finished{};
  Usage usage;
  StreamCount out;
  StreamCount err;

  bool begun() const { return number > 0; }
  // Whether nothing is left, or known to be left, that was to be killed.
  bool all_killed() const { return unkilled.empty() && !unkilled_unknown; }
  // Neither stopped by oversee nor killed by a signal: what it left of its terminal is as it meant it. Also of one that
  // never ran.
  bool ended_by_itself() const;
  Duration duration() const { return finished.instant - started.instant; }
};

// What oversee itself ends with: a code, or death by the signal.
struct ExitAction {
  int code = 0;
  std::optional<Signal> die_of;

  // As a shell shows it in $?.
  int shell_status() const { return die_of ? 128 + *die_of : code; }
  bool operator==(const ExitAction&) const = default;
};

// oversee's own failure, and bad usage or settings.
inline constexpr int kExitOwnFailure = 125;

// Out of time.
inline constexpr int kExitTimedOut = 124;

// A run that failed and succeeded.
inline constexpr int kExitFlaky = 122;

// What becomes of a success after a failure: it is one, it is one with a warning, or it is none.
enum class OnFlaky : std::uint8_t { pass, warn, fail };
std::string_view to_string(OnFlaky what);

struct ExitPolicy {
  bool preserve_status = false;  // on a timeout, the command's own status
  OnFlaky on_flaky = OnFlaky::warn;
  std::map<Reason, int> codes = {};  // in place of the table's, for these; never of a success or a cancel
};

ExitAction exit_action(const AttemptResult& last, const ExitPolicy& policy);

// One sentence without a full stop: "exit 2 after 12.0s", "timed out after 5m (TERM)".
std::string describe(const AttemptResult& result);

}  // namespace oversee::model
