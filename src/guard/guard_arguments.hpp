// How a front calls its guard.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace oversee::guard {

// The first argument that makes this binary a guard.
inline constexpr const char* kFirstArgument = "@guard";

// The descriptors that the front lets the guard inherit.
struct InheritedDescriptors {
  int control = -1;
  int input = -1, output = -1, error = -1;  // what the command gets as 0, 1, 2
  int terminal = -1;                        // of oversee's user, whose modes may be changed while the command runs
  int slot = -1;  // keeps the run's slot taken for as long as it is open: until the tree is gone
};

// The guard's argv; the run id is for people who read ps.
std::vector<std::string> guard_arguments(const InheritedDescriptors& descriptors, const std::string& run_id);

// What such an argv says; nothing where it is none.
std::optional<InheritedDescriptors> read_guard_arguments(std::span<char*> arguments);

}  // namespace oversee::guard
