// Finds runs by what a person types, and tells what is recorded of one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "history/run_directory.hpp"
#include "model/failure.hpp"
#include "os/descriptor.hpp"

namespace oversee::history {

// What ID.json says of a run, as far as it is asked here.
struct RunRecord {
  std::string id;
  std::string status;      // "running" while it lives, and ever after where its guard was killed, too
  int pid = 0;             // of oversee itself
  std::string started_at;  // RFC 3339: dates sort as texts
  std::string log_path;    // empty: it has no log
  std::string log_format;  // "tagged" or "raw"
  std::string log_error;   // why the log is not complete; empty where it is

  bool ended() const { return status != "running" && status != "pending"; }
};

// The ids of all runs that have a record, the oldest first.
model::Result<std::vector<std::string>> list_runs(const RunDirectory& directory);

// The id that is meant by "last", an id, or the beginning of one. Where none is, or more than one, the failure names
// those that are near.
model::Result<std::string> find_run(const RunDirectory& directory, std::string_view word);

// Fails where the record cannot be read or is no record, as that of a run that was killed before it began.
model::Result<RunRecord> read_record(const RunDirectory& directory, const std::string& id);

// The run's log, for reading. Fails where there is none, or another run has written over it (a raw log does not tell).
model::Result<os::UniqueFd> open_run_log(const RunDirectory& directory, const RunRecord& record);

}  // namespace oversee::history
