// Removes past runs from the run directory, while other runs start, live and end, and other cleaners work.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "history/run_directory.hpp"
#include "model/clock.hpp"
#include "model/duration.hpp"
#include "model/failure.hpp"
#include "model/retention.hpp"

namespace oversee::history {

struct CleaningTerms {
  model::Retention keep = {};
  bool dry_run = false;             // report what would be removed; remove nothing
  std::string spared = {};          // the id of a run that is kept in any case; may be empty
  model::TimeLimit each_half = {};  // time limit for the scan, and again for the removal
};

struct RemovedRun {
  std::string id = {};
  std::string name = {};    // from the record; empty if it cannot be read
  std::string status = {};  // the record's status, "lost" or "unknown"
  std::uint64_t bytes = 0;
  model::WallTime written = {};  // the last write to any of its files
};

struct Cleaned {
  bool dry_run = false;
  std::vector<RemovedRun> runs = {};  // by last write, oldest first
  std::size_t stray_files = 0;        // files without a record, for example of a run that was killed while starting
  std::uint64_t bytes = 0;            // of all removed files
  std::size_t left = 0;               // runs that remain, and below the size of their files
  std::uint64_t left_bytes = 0;
  std::vector<model::Failure> failures = {};  // single files that could not be removed
  bool whole = true;                          // false: the time ran out first
};

// Removes runs that exceed `keep` and no longer live, and our stray files that no process can be about to use. Fails if
// the directory cannot be read.
model::Result<Cleaned> clean(const RunDirectory& directory, const CleaningTerms& terms);

// "removed 12 runs, 3.4MiB; 5 are left, 1.2MiB"
std::string describe(const Cleaned& cleaned);

}  // namespace oversee::history
