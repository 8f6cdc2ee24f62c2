// Removes past runs from the run directory, beside runs that start, live and end, and others that clean.
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
  bool dry_run = false;             // looks, removes nothing, and tells what it would
  std::string spared = {};          // an id that stays whatever the limits say; may be empty
  model::TimeLimit each_half = {};  // so long, at most, for looking at what is there, and again for removing
};

struct RemovedRun {
  std::string id = {};
  std::string name = {};    // as its record has it; empty where it cannot be read
  std::string status = {};  // the record's, "lost" or "unknown"
  std::uint64_t bytes = 0;
  model::WallTime written = {};  // the last time to any of its files
};

struct Cleaned {
  bool dry_run = false;
  std::vector<RemovedRun> runs = {};  // the one that was written to first coming first
  std::size_t stray_files = 0;        // without a record, as of one that was killed between two steps
  std::uint64_t bytes = 0;            // of all that was removed
  std::size_t left = 0;               // runs that are there now, and their files
  std::uint64_t left_bytes = 0;
  std::vector<model::Failure> failures = {};  // of single files, which are still there
  bool whole = true;                          // else time was over before all was done
};

// Removes the runs that `keep` has no room for and that live no more, and files of ours that belong to no run and that
// nobody can be about to use. Fails where the directory cannot be read.
model::Result<Cleaned> clean(const RunDirectory& directory, const CleaningTerms& terms);

// "removed 12 runs, 3.4MiB; 5 are left, 1.2MiB"
std::string describe(const Cleaned& cleaned);

}  // namespace oversee::history
