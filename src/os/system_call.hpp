// Reads from /proc/PID/syscall which system call a process is in and which descriptor it concerns.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string_view>

namespace oversee::os {

struct SystemCall {
  std::string_view name;
  std::optional<int> descriptor;  // the first argument, if it is a descriptor
};

// None if the process is in no system call, if it may not be read (another user's process, or ptrace(2) is restricted),
// and for calls that processes do not block in.
std::optional<SystemCall> system_call_of(pid_t pid);

// Parses the file's text; public for tests.
std::optional<SystemCall> parse_system_call(std::string_view text);

}  // namespace oversee::os
