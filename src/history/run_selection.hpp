// The runs that are asked for, the newest first: no more records are read than that takes.
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

// What a run must be; what is empty asks for nothing.
struct RunChoice {
  std::vector<std::string> statuses = {};  // one of them: as shown_status has them, or "flaky"
  std::string name = {};                   // itself, or by a pattern (glob(7))
  bool exact_name = false;                 // it is no pattern
  std::vector<std::string> labels = {};    // all of them: "KEY=VALUE", or "KEY" with any value
  std::optional<model::WallTime> since = {};

  bool asks_of_records() const { return !statuses.empty() || !name.empty() || !labels.empty(); }
};

// The words that may stand among the statuses.
std::vector<std::string_view> run_statuses();

struct SelectedRun {
  RunRecord record;
  std::string status;  // as shown_status has it
  model::WallTime started;

  // Or may, for all that is known here.
  bool lives() const { return status == "running" || status == "pending" || status == "unknown"; }
};

struct Selection {
  std::vector<SelectedRun> runs;           // the newest first
  std::size_t older = 0;                   // runs that were not looked at any more, as there were enough
  std::vector<model::Failure> unreadable;  // records, of those that were looked at
};

// Of the run whose record has that text. One that is still empty is that of a run which is about to start; when it is
// still so at `now`, a minute after, the run was killed before it began, and is lost.
model::Result<SelectedRun> judge_run(const RunDirectory& directory, const std::string& id, std::string_view text,
                                     model::WallTime now);

// At most so many of them; none: all.
model::Result<Selection> select_runs(const RunDirectory& directory, const RunChoice& choice,
                                     std::optional<std::size_t> most, model::WallTime now);

}  // namespace oversee::history
