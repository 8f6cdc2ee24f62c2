// What is to be run and within which limits: the settings turned into values, before any process exists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/byte_size.hpp"
#include "model/duration.hpp"
#include "model/exit_codes.hpp"
#include "model/leaks.hpp"
#include "model/outcome.hpp"
#include "model/resource_limits.hpp"
#include "model/retry_policy.hpp"
#include "model/slot_queue.hpp"
#include "model/stop_ladder.hpp"

namespace oversee::model {

// Where the command's standard input comes from.
struct StandardInput {
  // inherit and replay are the caller's own; with replay a retry gets once more what the attempts before it read.
  enum class Kind : std::uint8_t { inherit, replay, null, file };
  Kind kind = Kind::inherit;
  std::string path;  // with Kind::file

  bool is_callers() const { return kind == Kind::inherit || kind == Kind::replay; }
};

// When the summary line is shown on stderr.
enum class ShowSummary : std::uint8_t { always, failure, never };

// When the digest of a failed run is shown above it: as far as it says what is not on the screen already.
enum class ShowDigest : std::uint8_t { automatic, always, never };

// What becomes of a stream past the limit on what is kept of it: its middle is left out, the command is stopped, or the
// rest goes to a file of its own.
enum class OnOverflow : std::uint8_t { truncate, fail, spill };
std::string_view to_string(OnOverflow what);

// How the log is written: each line with its time and stream, or nothing but the bytes.
enum class LogFormat : std::uint8_t { tagged, raw };
std::string_view to_string(LogFormat format);

// What becomes of what the log's file holds already: it is emptied, written on, or put aside as FILE.1.
enum class LogMode : std::uint8_t { truncate, append, rotate };

// What of the output is shown on our own stdout and stderr: as it comes, once the run has failed, or nothing.
enum class ShowOutput : std::uint8_t { live, failure, never };

// When the command gets a cgroup of its own: where a process may not be killed otherwise, from its start on, or never;
// or it is not run without one.
enum class UseCgroup : std::uint8_t { automatic, always, never, required };
std::string_view to_string(UseCgroup when);

struct AttemptLimits {
  TimeLimit wall;
  TimeLimit idle;       // without a byte on either stream
  SizeLimit fail_past;  // bytes of a stream that are too many to live
  TreeLimits tree;
  ProcessLimits process;
  StopLadder ladder{15, std::chrono::seconds(10)};
  StopReach reach = StopReach::tree;
  OnLeak on_leak = OnLeak::kill;
  TimeLimit leak = std::chrono::milliseconds(200);  // how long processes may outlive the leader
  Duration give_up = std::chrono::seconds(2);       // after KILL: a process that does not go away is named
  TimeLimit evidence;    // how long a look at the tree may hold up the first signal; none: there is no look
  ExitCodes ok_exit;     // that are a success besides 0
  TimeLimit on_timeout;  // how long --on-timeout's line may; none: there is no line
};

// When people are told that an attempt still runs; nothing is stopped by these.
struct NoticeTimes {
  TimeLimit slow_after;  // and again each time that much has passed
  TimeLimit heartbeat;   // without a shown byte
};

struct RunSpec {
  std::vector<std::string> argv;         // never empty
  std::vector<std::string> environment;  // "K=V", complete
  std::string directory;                 // empty: where oversee was started
  StandardInput input;
  AttemptLimits limits;
  std::string timeout_origin;  // of limits.wall where it was reckoned, for people; else empty
  NoticeTimes notices;
  bool output_is_shown = true;  // as it comes
  ExitPolicy exit_policy;
  bool pty = false;  // the command gets a terminal of its own
  UseCgroup cgroup = UseCgroup::automatic;
  std::string on_timeout;  // a line for the shell
  std::string shell;
  RetryPolicy retry;
  TimeLimit total;                  // of all attempts, and the delays between them
  std::string before_retry;         // a line for the shell; empty: there is none
  std::optional<SlotRequest> slot;  // to be had before the first attempt

  int attempts() const { return retry.retries + 1; }  // at most
};

}  // namespace oversee::model
