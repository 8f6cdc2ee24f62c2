// The command line with which the front starts the guard.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace oversee::guard {

// The first argument; makes this binary run as a guard.
inline constexpr const char* kFirstArgument = "@guard";

// The descriptors that the guard inherits from the front.
struct InheritedDescriptors {
  int control = -1;
  int input = -1, output = -1, error = -1;  // the command's descriptors 0, 1 and 2
  int terminal = -1;                        // the user's; its modes may be changed while the command runs
  int slot = -1;                            // holds the run's slot as long as it is open: until the tree is gone
};

// Builds the guard's argv; the run id is only for readers of ps(1).
std::vector<std::string> guard_arguments(const InheritedDescriptors& descriptors, const std::string& run_id);

// Parses such an argv; none if it is invalid.
std::optional<InheritedDescriptors> read_guard_arguments(std::span<char*> arguments);

}  // namespace oversee::guard
