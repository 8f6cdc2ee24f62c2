// Resource usage of a single process from /proc. Sums and limits are handled elsewhere.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "model/duration.hpp"

namespace oversee::os {

// From /proc/PID/stat (proc(5)).
struct ProcessUsage {
  model::Duration cpu{};             // user and system time, including children that it has waited for
  std::uint64_t resident_bytes = 0;  // shared pages counted in full; 0 for a zombie
};

// None if the process does not exist.
std::optional<ProcessUsage> process_usage(pid_t pid);

// Resident memory with shared pages counted in proportion (PSS). The kernel walks the page tables: milliseconds per
// GiB. None if the process does not exist or may not be read (another user's, by setuid).
std::optional<std::uint64_t> proportional_memory(pid_t pid);

// Resident memory that is not backed by a file or by shared memory; pages shared with the process that forked it count
// in full. Cheap; takes no lock. 0 if the process does not exist.
std::uint64_t private_memory(pid_t pid);

// The name that `ps -o comm` shows; "?" if unknown.
std::string short_name(pid_t pid);

// The number of processes that the kernel has killed for lack of memory since boot, on the whole machine and in any
// cgroup; none before Linux 4.13.
std::optional<std::uint64_t> out_of_memory_kills();

// This process's inherited limit on CPU time per process, in seconds (RLIMIT_CPU); none if unlimited.
std::optional<std::uint64_t> own_cpu_limit();

// The number of online processors.
unsigned processors();

}  // namespace oversee::os
