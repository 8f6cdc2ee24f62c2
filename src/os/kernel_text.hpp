// Small texts that the kernel makes up when they are read, as in /proc and in a cgroup: read at one stroke, and the
// numbers in them found by name.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace oversee::os {

// Such a file is made whole by the first read, if that is large enough for it. Empty where it cannot be read.
std::string_view read_once(const char* path, std::span<char> buffer);

// The same of /proc/PID/FILE; empty where /proc is not ours (os/proc.hpp).
std::string_view read_once(pid_t pid, std::string_view file, std::span<char> buffer);

// The number behind a word that starts a line, with what separates them: "Pss:", "oom_kill ".
std::optional<std::uint64_t> number_behind(std::string_view text, std::string_view word);

}  // namespace oversee::os
