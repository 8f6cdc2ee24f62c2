// The guard process: holds the command's whole tree, reaps it, and kills it when the front is gone.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "model/lost_run.hpp"

namespace oversee::guard {

// The first argument that makes this binary a guard.
inline constexpr const char* kFirstArgument = "@guard";

// The descriptors that the front lets the guard inherit.
struct InheritedDescriptors {
  int control;
  int input, output, error;  // what the command gets as 0, 1, 2
  int terminal = -1;         // of oversee's user, whose modes may be changed while the command runs
  int slot = -1;             // keeps the run's slot taken for as long as it is open: until the tree is gone
};

// The guard's argv; the run id is for people who read ps.
std::vector<std::string> guard_arguments(const InheritedDescriptors& descriptors, const std::string& run_id);

// Runs the guard with such an argv and returns its exit status. A run whose front is gone is left to the second.
int run_guard(std::span<char*> arguments, model::FinishLostRun finish_lost_run);

}  // namespace oversee::guard
