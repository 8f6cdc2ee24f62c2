// Completes the record of an interrupted run, for the guard.
#pragma once

#include "model/lost_run.hpp"

namespace oversee::cli {

// Completes the run's record, its --json copy and the tagged log. Changes nothing if the front had completed them.
void finish_lost_run(const model::LostRun& lost);

}  // namespace oversee::cli
