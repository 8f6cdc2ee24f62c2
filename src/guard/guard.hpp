// The guard process: starts the command, reaps its whole tree, and kills the tree if the front dies.
#pragma once

#include <span>

#include "model/lost_run.hpp"

namespace oversee::guard {

// Runs the guard with its argv (guard_arguments) and returns its exit status. Calls finish_lost_run if the front died
// before it finished the record.
int run_guard(std::span<char*> arguments, model::FinishLostRun finish_lost_run);

}  // namespace oversee::guard
