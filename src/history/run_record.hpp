// What is recorded of one run, and whether it still lives.
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

// Of the name of a record, behind the run's id.
inline constexpr std::string_view kRecordSuffix = ".json";

// What ID.json says of a run, as far as it is asked here.
struct RunRecord {
  std::string id;
  std::string status;                   // "running" while it lives, and ever after where its guard was killed, too
  int pid = 0;                          // of oversee itself
  std::optional<model::Duration> born;  // of that process, since the machine's start
  std::string host;
  std::optional<model::RunPlace> place;  // what pid and born are relative to
  LockSeen lock = LockSeen::unknown;     // as it was when the record of a live run was read
  std::string started_at;                // RFC 3339: dates sort as texts
  std::string log_path;                  // empty: it has no log
  std::string log_format;                // "tagged" or "raw"
  std::string log_error;                 // why the log is not complete; empty where it is

  std::string name;
  std::map<std::string, std::string> labels;
  std::vector<std::string> command;  // argv

  // Of one that has ended; else empty.
  std::string reason;
  std::string summary;  // one sentence
  std::optional<int> exit_code;
  std::string signal;              // that the command died of, without SIG
  std::optional<int> exit_status;  // none, too, where oversee was killed
  std::optional<model::Duration> duration;
  int attempts = 0;
  std::optional<model::Duration> last_attempt;  // how long the last of them took
  bool flaky = false;

  bool ended() const { return status != "running" && status != "pending"; }
};

// How a run stands: by its record, and whether the process that would go on with it still lives.
enum class RunState : std::uint8_t {
  pending,
  running,
  ended,
  lost,     // its oversee is gone
  unknown,  // whether its oversee lives cannot be known from here
};

// Every verb asks here. The decision itself is history/run_life.
RunState state_of(const RunRecord& record);

// A run that may live is treated as one that does.
constexpr bool may_live(RunState state) { return state != RunState::ended && state != RunState::lost; }

// Whether record.pid names the run's oversee here, so that it can be watched and signalled.
bool shares_pids(const RunRecord& record);

// Why a run is unknown or out of reach: "it runs in another PID namespace (pid 12 there)".
std::string why_foreign(const RunRecord& record);

// The status for people and programs: the record's, "lost" or "unknown".
std::string shown_status(const RunRecord& record);

// Fails where the record cannot be read or is no record, as that of a run that was killed before it began.
model::Result<RunRecord> read_record(const RunDirectory& directory, const std::string& id);

// The same of a text that was read from there already, and is not empty.
model::Result<RunRecord> parse_record(std::string_view text, const RunDirectory& directory, const std::string& id);

}  // namespace oversee::history
