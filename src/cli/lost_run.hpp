// What the guard does about the record of a run whose front is gone.
#pragma once

#include "model/lost_run.hpp"

namespace oversee::cli {

// Finishes the run's record, the copy of it that the user asked for, and the tagged log; leaves alone what the front
// had finished itself.
void finish_lost_run(const model::LostRun& lost);

}  // namespace oversee::cli
