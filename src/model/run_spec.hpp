// The specification of a run: the command and its limits as values, before any process exists.
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

// The source of the command's standard input.
struct StandardInput {
  // inherit and replay use the caller's stdin; replay gives a retry again the bytes that earlier attempts read.
  enum class Kind : std::uint8_t { inherit, replay, null, file };
  Kind kind = Kind::inherit;
  std::string path;  // with Kind::file

  bool is_callers() const { return kind == Kind::inherit || kind == Kind::replay; }
};

// When to print the summary line on stderr.
enum class ShowSummary : std::uint8_t { always, failure, never };

// When to print the digest of a failed run above the summary; automatic omits lines already on the screen.
enum class ShowDigest : std::uint8_t { automatic, always, never };

// The treatment of a stream past its size limit: omit its middle, stop the command, or write the rest to a separate
// file.
enum class OnOverflow : std::uint8_t { truncate, fail, spill };
std::string_view to_string(OnOverflow what);

// The format of the log: each line with its time and stream, or only the raw bytes.
enum class LogFormat : std::uint8_t { tagged, raw };
std::string_view to_string(LogFormat format);

// The treatment of an existing log file: empty it, append to it, or rename it to FILE.1.
enum class LogMode : std::uint8_t { truncate, append, rotate };

// What to show of the output on oversee's stdout and stderr: everything live, everything after a failure, or nothing.
enum class ShowOutput : std::uint8_t { live, failure, never };

// When to put the command in its own cgroup: only if oversee may not be able to kill a process otherwise; always, if
// possible; never; or refuse to run without one.
enum class UseCgroup : std::uint8_t { automatic, always, never, required };
std::string_view to_string(UseCgroup when);

struct AttemptLimits {
  TimeLimit wall;
  TimeLimit idle;       // without a byte on either stream
  SizeLimit fail_past;  // output bytes of one stream past which the attempt is stopped
  TreeLimits tree;
  ProcessLimits process;
  StopLadder ladder{15, std::chrono::seconds(10)};
  StopReach reach = StopReach::tree;
  OnLeak on_leak = OnLeak::kill;
  TimeLimit leak = std::chrono::milliseconds(200);  // how long processes may outlive the leader
  Duration give_up = std::chrono::seconds(2);       // after KILL: then surviving processes are reported
  TimeLimit evidence;    // how long the snapshot may delay the first signal; none: no snapshot
  ExitCodes ok_exit;     // codes besides 0 that count as success
  TimeLimit on_timeout;  // the time limit of the --on-timeout hook; none: no hook
};

// When to notify people that an attempt still runs; these times stop nothing.
struct NoticeTimes {
  TimeLimit slow_after;  // repeated after each further interval of this length
  TimeLimit heartbeat;   // without a shown byte
};

struct RunSpec {
  std::vector<std::string> argv;         // never empty
  std::vector<std::string> environment;  // "K=V", complete
  std::string directory;                 // empty: oversee's own working directory
  StandardInput input;
  AttemptLimits limits;
  std::string timeout_origin;  // how limits.wall was computed, for people; else empty
  NoticeTimes notices;
  bool output_is_shown = true;  // live
  ExitPolicy exit_policy;
  bool pty = false;  // run the command on its own terminal
  UseCgroup cgroup = UseCgroup::automatic;
  std::string on_timeout;  // a shell command
  std::string shell;
  RetryPolicy retry;
  TimeLimit total;                  // over all attempts and the delays between them
  std::string before_retry;         // a shell command; empty: none
  std::optional<SlotRequest> slot;  // the slot to take before the first attempt

  int attempts() const { return retry.retries + 1; }  // at most
};

}  // namespace oversee::model
