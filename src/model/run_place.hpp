// Where a run's supervisor lives: what its pid and its time of birth are relative to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace oversee::model {

// What is not known is empty: it is then equal to nothing.
struct RunPlace {
  std::string host;
  std::string machine;                          // a hash of machine-id(5)
  std::string boot_id;                          // random(4): of this start of the kernel
  std::optional<std::uint64_t> pid_namespace;   // namespaces(7): the inode of /proc/self/ns/pid
  std::optional<std::uint64_t> time_namespace;  // also empty where the kernel has none (before Linux 5.6)
};

}  // namespace oversee::model
