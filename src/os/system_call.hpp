// Which system call a process is in, and which of its descriptors it is about, by /proc/PID/syscall.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string_view>

namespace oversee::os {

struct SystemCall {
  std::string_view name;
  std::optional<int> descriptor;  // its first argument, where that is one
};

// None where the process is in none, where it may not be known (another user's, or ptrace(2) is restricted), and for
// the many calls that nobody waits in.
std::optional<SystemCall> system_call_of(pid_t pid);

// What the file's text says; apart for the tests.
std::optional<SystemCall> parse_system_call(std::string_view text);

}  // namespace oversee::os
