// Where a run's supervisor lives: the context in which its pid and its start time are valid.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace oversee::model {

// An unknown member is empty and equals nothing.
struct RunPlace {
  std::string host;
  std::string machine;                          // a hash of machine-id(5)
  std::string boot_id;                          // random(4): identifies this boot of the kernel
  std::optional<std::uint64_t> pid_namespace;   // namespaces(7): the inode of /proc/self/ns/pid
  std::optional<std::uint64_t> time_namespace;  // also empty if the kernel has none (before Linux 5.6)
};

}  // namespace oversee::model
