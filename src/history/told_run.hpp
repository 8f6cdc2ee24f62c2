// Reads a record back as a whole: all that report/json_summary has written of a run.
#pragma once

#include <string>

#include "history/json_reader.hpp"
#include "history/run_selection.hpp"
#include "model/told_run.hpp"

namespace oversee::history {

// Of a selected run and its record's text, which may be empty. What is missing or has other words than ours is left
// out.
model::ToldRun tell_run(const SelectedRun& run, std::string_view text);

}  // namespace oversee::history
