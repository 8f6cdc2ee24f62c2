// Finds runs by what a person types, and opens their logs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "history/run_directory.hpp"
#include "history/run_record.hpp"
#include "model/event.hpp"
#include "model/failure.hpp"
#include "os/descriptor.hpp"

namespace oversee::history {

// The ids of all runs that have a record, the oldest first.
model::Result<std::vector<std::string>> list_runs(const RunDirectory& directory);

// The id that is meant by "last", an id, or the beginning of one. Where none is, or more than one, the failure names
// those that are near.
model::Result<std::string> find_run(const RunDirectory& directory, std::string_view word);

// The run's part of a file that several may have appended to.
struct RunLog {
  os::UniqueFd file;
  std::uint64_t begin = 0;
  std::uint64_t end = UINT64_MAX;  // it goes on
};

// The run's log, for reading. Fails where there is none, or another run has written over it (a raw log does not tell).
// Runs that wrote to one log at the same time have one part in common.
model::Result<RunLog> open_run_log(const RunDirectory& directory, const RunRecord& record);

// The file of what the run spilled of the stream, for reading.
model::Result<os::UniqueFd> open_spilled(const RunDirectory& directory, const std::string& id, model::Stream stream);

}  // namespace oversee::history
