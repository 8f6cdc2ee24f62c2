// Reads back a whole record as report/json_summary wrote it.
#pragma once

#include <string>

#include "history/json_reader.hpp"
#include "history/run_selection.hpp"
#include "model/told_run.hpp"

namespace oversee::history {

// Combines a selected run with its record's text, which may be empty. Skips missing and unrecognized members.
model::ToldRun tell_run(const SelectedRun& run, std::string_view text);

}  // namespace oversee::history
