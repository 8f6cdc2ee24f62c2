// The guard process: holds the command's whole tree, reaps it, and kills it when the front is gone.
#pragma once

#include <span>

#include "model/lost_run.hpp"

namespace oversee::guard {

// Runs the guard with its argv (guard_arguments) and returns its exit status. A run whose front is gone is left to the
// second.
int run_guard(std::span<char*> arguments, model::FinishLostRun finish_lost_run);

}  // namespace oversee::guard
