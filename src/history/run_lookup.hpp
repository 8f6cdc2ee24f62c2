// Finds runs by what the user types, and opens their logs.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "history/run_directory.hpp"
#include "history/run_id.hpp"
#include "history/run_record.hpp"
#include "model/event.hpp"
#include "model/failure.hpp"
#include "os/descriptor.hpp"

namespace oversee::history {

// A run with a record, as the directory lists it.
struct StoredRun {
  std::array<char, kRunIdSize> text{};
  std::uint64_t inode = 0;  // of the record

  std::string_view id() const { return {text.data(), text.size()}; }
  std::string_view second() const { return second_of(id()); }
};

// Whether the id of one sorts before the id of the other.
bool is_older(const StoredRun& one, const StoredRun& other);

// All runs with a record, in no order.
model::Result<std::vector<StoredRun>> stored_runs(const RunDirectory& directory);

// Their ids, oldest first.
model::Result<std::vector<std::string>> list_runs(const RunDirectory& directory);

// The id for "last", an id, or a prefix of one. If none or several match, the failure suggests the nearest ids.
model::Result<std::string> find_run(const RunDirectory& directory, std::string_view word);

// The run's part of a log that several runs may have appended to.
struct RunLog {
  os::UniqueFd file;
  std::uint64_t begin = 0;
  std::uint64_t end = UINT64_MAX;  // default: to the end of the file
};

// Opens the run's log for reading. Fails if it has none, or another run has overwritten it (undetectable in a raw log).
// Runs that wrote to one log concurrently share a part.
model::Result<RunLog> open_run_log(const RunDirectory& directory, const RunRecord& record);

// Opens the file with the stream's spilled output for reading.
model::Result<os::UniqueFd> open_spilled(const RunDirectory& directory, const std::string& id, model::Stream stream);

}  // namespace oversee::history
