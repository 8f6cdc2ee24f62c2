// Which of two files another process has open, by its descriptors in /proc.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "model/leaks.hpp"

namespace oversee::os {

// What tells one open file from another; both ends of a pipe have the same.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;  // 0: none

  bool operator==(const FileIdentity&) const = default;
};

// None for a closed descriptor.
FileIdentity identify(int fd);

// Looks at the first few thousand descriptors. Not known where this user may not look (proc(5), PTRACE_MODE_READ).
model::HeldStreams streams_held_by(pid_t pid, const FileIdentity& out, const FileIdentity& err);

}  // namespace oversee::os
