// Selects runs, newest first, and reads no more records than necessary.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "history/run_directory.hpp"
#include "history/run_record.hpp"
#include "model/clock.hpp"
#include "model/failure.hpp"

namespace oversee::history {

// The criteria; an empty one matches every run.
struct RunChoice {
  std::vector<std::string> statuses = {};  // any of these: values of shown_status(), or "flaky"
  std::string name = {};                   // a name or a pattern (glob(7))
  bool exact_name = false;                 // `name` is not a pattern
  std::vector<std::string> labels = {};    // all of these: "KEY=VALUE", or "KEY" with any value
  std::optional<model::WallTime> since = {};

  bool asks_of_records() const { return !statuses.empty() || !name.empty() || !labels.empty(); }
};

// The accepted statuses.
std::vector<std::string_view> run_statuses();

struct SelectedRun {
  RunRecord record;
  std::string status;  // the value of shown_status()

  // True also if its state is unknown.
  bool lives() const { return status == "running" || status == "pending" || status == "unknown"; }
};

struct Selection {
  std::vector<SelectedRun> runs;           // newest first
  std::size_t older = 0;                   // number of older runs that were not checked, because enough were found
  std::vector<model::Failure> unreadable;  // of the checked records
};

// Interprets the text of a run's record. An empty record belongs to a run that is about to start; if it is still empty
// a minute later, the run was killed while starting and is lost.
model::Result<SelectedRun> judge_run(const RunDirectory& directory, const std::string& id, std::string_view text,
                                     model::WallTime now);

// Selects at most `most` runs; all if empty.
model::Result<Selection> select_runs(const RunDirectory& directory, const RunChoice& choice,
                                     std::optional<std::size_t> most, model::WallTime now);

}  // namespace oversee::history
