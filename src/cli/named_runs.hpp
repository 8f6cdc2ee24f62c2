// The runs that a verb's operands mean.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "history/run_directory.hpp"
#include "history/run_record.hpp"
#include "model/failure.hpp"

namespace oversee::cli {

struct NamedRuns {
  history::RunDirectory directory;
  std::vector<std::string> ids;  // in the order of the words
};

// Each word is an id, the beginning of one, or last. Fails where no run, or more than one, is meant.
model::Result<NamedRuns> find_named_runs(std::span<const std::string> words);

// How a run that has ended did, as its summary line said it: "completed: exit 0 after 2ms".
std::string end_of(const history::RunRecord& record);

// The main facts of runs as a JSON array: run_id, name, status, reason, exit_status, summary.
std::string short_json(std::span<const history::RunRecord> records);

}  // namespace oversee::cli
