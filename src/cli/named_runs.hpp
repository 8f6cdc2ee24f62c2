// The runs that a verb's operands name.
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
  std::vector<std::string> ids;  // in the order of the operands
};

// Each operand is an id, a prefix of one, or "last". Fails if it matches no run or several.
model::Result<NamedRuns> find_named_runs(std::span<const std::string> words);

// The outcome of an ended run, as in its summary line: "completed: exit 0 after 2ms".
std::string end_of(const history::RunRecord& record);

// Runs as a JSON array with run_id, name, status, reason, exit_status and summary.
std::string short_json(std::span<const history::RunRecord> records);

}  // namespace oversee::cli
