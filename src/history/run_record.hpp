// The record of one run, which only this module reads, and whether the run still lives.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "history/run_directory.hpp"
#include "history/run_life.hpp"
#include "model/duration.hpp"
#include "model/failure.hpp"
#include "model/recorded_run.hpp"
#include "model/run_place.hpp"

namespace oversee::history {

// The suffix of a record's file name after the run's id.
inline constexpr std::string_view kRecordSuffix = ".json";

// ID.json, and what is needed to tell whether its run still lives.
struct RunRecord : model::RecordedRun {
  std::optional<model::Duration> born;          // start of oversee's process since boot
  std::optional<model::RunPlace> place;         // the context in which pid and born are valid
  LockSeen lock = LockSeen::unknown;            // state of the life lock when the record of an unfinished run was read
  std::string started_at;                       // RFC 3339: dates sort as strings
  std::string log_format;                       // "tagged" or "raw"
  std::optional<model::Duration> last_attempt;  // duration of the last attempt

  // False also for ever if the guard was killed too.
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

// Parses text that was already read from the record; it must not be empty. Skips missing and unrecognized members.
model::Result<RunRecord> parse_record(std::string_view text, const RunDirectory& directory, const std::string& id);

}  // namespace oversee::history
