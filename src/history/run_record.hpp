// The record of one run, and whether the run still lives.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "history/run_directory.hpp"
#include "history/run_life.hpp"
#include "model/duration.hpp"
#include "model/failure.hpp"
#include "model/run_place.hpp"

namespace oversee::history {

// The suffix of a record's file name after the run's id.
inline constexpr std::string_view kRecordSuffix = ".json";

// The members of ID.json that are needed here.
struct RunRecord {
  std::string id;
  std::string status;                   // "running" while it lives, and for ever if its guard was killed too
  int pid = 0;                          // of oversee itself
  std::optional<model::Duration> born;  // start of that process since boot
  std::string host;
  std::optional<model::RunPlace> place;  // the context in which pid and born are valid
  LockSeen lock = LockSeen::unknown;     // state of the life lock when the record of an unfinished run was read
  std::string started_at;                // RFC 3339: dates sort as strings
  std::string log_path;                  // empty: no log
  std::string log_format;                // "tagged" or "raw"
  std::string log_error;                 // why the log is incomplete; empty if it is complete

  std::string name;
  std::map<std::string, std::string> labels;
  std::vector<std::string> command;  // argv

  // Empty until the run has ended.
  std::string reason;
  std::string summary;  // one sentence
  std::optional<int> exit_code;
  std::string signal;              // the signal that killed the command, without SIG
  std::optional<int> exit_status;  // also empty if oversee was killed
  std::optional<model::Duration> duration;
  int attempts = 0;
  std::optional<model::Duration> last_attempt;  // duration of the last attempt
  bool flaky = false;

  bool ended() const { return status != "running" && status != "pending"; }
};

// The state of a run: from its record, and whether its supervisor still lives.
enum class RunState : std::uint8_t {
  pending,
  running,
  ended,
  lost,     // its oversee is gone
  unknown,  // its oversee cannot be checked from here
};

// All verbs use this. history/run_life makes the decision.
RunState state_of(const RunRecord& record);

// A run that may live is treated as alive.
constexpr bool may_live(RunState state) { return state != RunState::ended && state != RunState::lost; }

// Whether record.pid is valid here, so that the run's oversee can be watched and signalled.
bool shares_pids(const RunRecord& record);

// Why a run is unknown or out of reach: "it runs in another PID namespace (pid 12 there)".
std::string why_foreign(const RunRecord& record);

// The status for people and programs: the record's, "lost" or "unknown".
std::string shown_status(const RunRecord& record);

// Fails if the record is unreadable or invalid, for example empty because the run was killed while starting.
model::Result<RunRecord> read_record(const RunDirectory& directory, const std::string& id);

// Parses text that was already read from the record; it must not be empty.
model::Result<RunRecord> parse_record(std::string_view text, const RunDirectory& directory, const std::string& id);

}  // namespace oversee::history
