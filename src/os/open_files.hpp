// Determines whether another process has our output streams open, from its descriptors in /proc.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "model/leaks.hpp"

namespace oversee::os {

// Identifies an open file by device and inode. Both ends of a pipe have the same identity.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;  // 0: none

  bool operator==(const FileIdentity&) const = default;
};

// All zeros for a closed descriptor.
FileIdentity identify(int fd);

// Inspects the first 4096 descriptors. `known` is false if this user may not read them (proc(5), PTRACE_MODE_READ).
model::HeldStreams streams_held_by(pid_t pid, const FileIdentity& out, const FileIdentity& err);

}  // namespace oversee::os
