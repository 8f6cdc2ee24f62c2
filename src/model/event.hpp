// What happens in a run, in the one order in which reporters are told; and the interface they are told through.
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

// What is known of a run before its first attempt. Lives as long as the run.
struct RunInfo {
  std::string id;
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;  // the user's, in the order of their keys
  std::string command;                                      // one line, quoted
  std::vector<std::string> argv;
  std::string directory;           // absolute
  bool is_shell_line = false;      // argv is a shell, -c, the line, the shell's name, arguments
  bool changed_directory = false;  // it is not the caller's
  std::string host;
  int pid = 0;
  Duration born{};  // of that process, since the machine's start: with the pid it names the process for good
  std::optional<RunPlace> place;                // what pid and born are relative to
  std::optional<std::uint64_t> life_lock = {};  // the inode of the directory that is locked while oversee lives
  std::string version;
  AttemptLimits limits;
  int attempts = 1;                 // at most
  std::optional<SlotRequest> slot;  // that it waits for before it begins
  TimeLimit total;                  // for all of them
  std::string log_path;             // empty: no log
  std::string json_path;            // of the copy of the summary that the user asked for; empty: none
  LogFormat log_format = LogFormat::tagged;
  Reading started{};
};

struct RunStarted {
  const RunInfo* info;
};
// Of a run that waits for a slot: how that stands, told after a while.
struct SlotAwaited {
  const SlotStanding* standing;
  Duration waited;
};
// Before the first attempt.
struct SlotTaken {
  const SlotRequest* request;
  std::string_view shared_with;  // the run whose slot it is, as its command started ours; empty: ours. Dead on return
  Duration waited;
};
struct AttemptStarted {
  int number;
  int pid;
  Containment containment = Containment::subreaper;
  ProcView proc = ProcView::all;
  std::string_view no_cgroup = {};  // why not, where one was asked for; dead when the call returns
};
// The bytes are dead when the call returns.
struct OutputArrived {
  Stream stream;
  std::string_view bytes;
};
// It has run for long, or in silence. Nothing is done about it.
struct StillRunning {
  bool slow;         // past --slow-after; else a heartbeat
  Duration elapsed;  // of the attempt
  Duration silent;   // since its last byte, or its start
};
// Before the first signal of a stop for time.
struct EvidenceTaken {
  const Evidence* evidence;
};
// A line of the user's is run, writes, and is over. The bytes are dead when the call returns.
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
  Status status;  // what the run will have been: timed_out or cancelled
  Signal signal;  // the rung that was climbed
  StopReach reach = StopReach::tree;
};
// A signal went to processes of the command.
struct SignalSent {
  Signal signal;
  std::uint32_t processes;  // 0: they were not counted
  StopReach reach;
  bool continued;  // CONT followed
};
struct AttemptFinished {
  const AttemptResult* result;
};
// After an AttemptFinished: it is tried once more, when the delay is over.
struct Retrying {
  int next;  // number of the attempt
  Duration delay;
};
struct RunFinished {
  const RunInfo* info;
  const std::vector<AttemptResult>* attempts;  // that are kept
  Verdict verdict;
  Reading finished;
  const OmittedAttempts* omitted = nullptr;  // between them; null: none
};

using Event = std::variant<RunStarted, SlotAwaited, SlotTaken, AttemptStarted, OutputArrived, StillRunning,
                           EvidenceTaken, UserLineStarted, UserLineOutput, UserLineEnded, Stopping, SignalSent,
                           AttemptFinished, Retrying, RunFinished>;

// What is known of a stream of the attempt by whoever splits it into lines.
struct StreamTally {
  std::uint64_t lines = 0;          // newlines seen
  std::uint64_t omitted_bytes = 0;  // seen, and not kept in the log
  std::uint64_t omitted_lines = 0;
  std::uint64_t spilled_bytes = 0;  // kept, in a file of their own
  std::string spill_path = {};
};
using TallyOf = std::function<StreamTally(Stream)>;

// A reporter. Never throws, never blocks on what others may stall; keeps its own failures for whoever built it.
class EventSink {
 public:
  EventSink() = default;
  EventSink(const EventSink&) = delete;
  EventSink& operator=(const EventSink&) = delete;
  virtual ~EventSink() = default;
  virtual void on(const Event& event, const Reading& at) = 0;
};

}  // namespace oversee::model
