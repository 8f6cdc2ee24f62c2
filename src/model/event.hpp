// The events of a run, in the order in which every reporter receives them, and the interface of a reporter.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "model/attempt_history.hpp"
#include "model/clock.hpp"
#include "model/outcome.hpp"
#include "model/run_place.hpp"
#include "model/run_spec.hpp"
#include "model/verdict.hpp"

namespace oversee::model {

enum class Stream : std::uint8_t { out, err };
inline constexpr std::size_t kStreams = 2;
constexpr std::size_t index(Stream stream) { return static_cast<std::size_t>(stream); }
constexpr std::string_view to_string(Stream stream) { return stream == Stream::out ? "stdout" : "stderr"; }

// The facts known before the first attempt. Lives as long as the run.
struct RunInfo {
  std::string id;
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;  // the user's, sorted by key
  std::string command;                                      // one line, quoted
  std::vector<std::string> argv;
  std::string directory;           // absolute
  bool is_shell_line = false;      // argv is: shell, -c, the line, the shell's name, arguments
  bool changed_directory = false;  // differs from the caller's
  std::string host;
  int pid = 0;
  Duration born{};                // start of that process since boot: with the pid it identifies the process for good
  std::optional<RunPlace> place;  // the namespaces and boot that pid and born refer to
  std::optional<std::uint64_t> life_lock = {};  // inode of the directory that oversee keeps locked while it lives
  std::string version;
  AttemptLimits limits;
  int attempts = 1;                 // the maximum
  std::optional<SlotRequest> slot;  // the slot to take before the first attempt
  TimeLimit total;                  // the time limit over all attempts
  std::string log_path;             // empty: no log
  std::string json_path;            // the copy of the summary that the user asked for; empty: none
  LogFormat log_format = LogFormat::tagged;
  Reading started{};
};

struct RunStarted {
  const RunInfo* info;
};
// The run has waited a while for a slot.
struct SlotAwaited {
  const SlotStanding* standing;
  Duration waited;
};
// Comes before the first attempt.
struct SlotTaken {
  const SlotRequest* request;
  std::string_view shared_with;  // the ancestor run that shares its slot; empty: own slot. Dead on return
  Duration waited;
};
struct AttemptStarted {
  int number;
  int pid;
  Containment containment = Containment::subreaper;
  ProcView proc = ProcView::all;
  std::string_view no_cgroup = {};  // the reason, if a requested cgroup is missing; dead on return
};
// The bytes are dead on return.
struct OutputArrived {
  Stream stream;
  std::string_view bytes;
};
// A notice that the attempt has run long or silently; nothing is stopped.
struct StillRunning {
  bool slow;         // past --slow-after; else a heartbeat
  Duration elapsed;  // of the attempt
  Duration silent;   // since the last byte, or the start
};
// Comes before the first signal of a stop by a time limit.
struct EvidenceTaken {
  const Evidence* evidence;
};
// A hook starts, writes, and ends. The bytes are dead on return.
struct UserLineStarted {
  UserLineKind kind;
  std::string_view line;
};
struct UserLineOutput {
  UserLineKind kind;
  std::string_view bytes;
};
struct UserLineEnded {
  UserLineKind kind;
  const UserLineResult* result;
};
struct Stopping {
  Status status;  // the run's future status: timed_out or cancelled
  Signal signal;  // the signal of the rung just sent
  StopReach reach = StopReach::tree;
};
struct AttemptFinished {
  const AttemptResult* result;
};
// Follows AttemptFinished: the next attempt starts after the delay.
struct Retrying {
  int next;  // number of the attempt
  Duration delay;
};
struct RunFinished {
  const RunInfo* info;
  const std::vector<AttemptResult>* attempts;  // the attempts that are kept
  Verdict verdict;
  Reading finished;
  const OmittedAttempts* omitted = nullptr;  // the attempts between them; null: none
};

using Event =
    std::variant<RunStarted, SlotAwaited, SlotTaken, AttemptStarted, OutputArrived, StillRunning, EvidenceTaken,
                 UserLineStarted, UserLineOutput, UserLineEnded, Stopping, AttemptFinished, Retrying, RunFinished>;

// What the component that splits a stream into lines has counted.
struct StreamTally {
  std::uint64_t lines = 0;          // newlines seen
  std::uint64_t omitted_bytes = 0;  // seen, but not kept in the log
  std::uint64_t omitted_lines = 0;
  std::uint64_t spilled_bytes = 0;  // kept in a separate file
  std::string spill_path = {};
};
using TallyOf = std::function<StreamTally(Stream)>;

// A reporter. Never throws and never blocks on a foreign reader; stores its own failures for its owner to query.
class EventSink {
 public:
  EventSink() = default;
  EventSink(const EventSink&) = delete;
  EventSink& operator=(const EventSink&) = delete;
  virtual ~EventSink() = default;
  virtual void on(const Event& event, const Reading& at) = 0;
};

}  // namespace oversee::model
