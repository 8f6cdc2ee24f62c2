// Small files that the kernel generates on reading, as in /proc and in cgroups: reads them with one call and finds
// numbers by name.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace oversee::os {

// Reads the file with one read(2), which yields a consistent text if the buffer is large enough. Empty if it cannot be
// read.
std::string_view read_once(const char* path, std::span<char> buffer);

// The same for /proc/PID/FILE; empty if /proc is not ours (os/proc.hpp).
std::string_view read_once(pid_t pid, std::string_view file, std::span<char> buffer);

// The number after a word at the start of a line. The word includes the separator: "Pss:", "oom_kill ".
std::optional<std::uint64_t> number_behind(std::string_view text, std::string_view word);

}  // namespace oversee::os
