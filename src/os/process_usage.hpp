// What a process uses, as /proc says; nothing here adds up or judges.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "model/duration.hpp"

namespace oversee::os {

// By /proc/PID/stat (proc(5)).
struct ProcessUsage {
  model::Duration cpu{};             // user and system, its own and that of the children it has waited for
  std::uint64_t resident_bytes = 0;  // what it shares with others counts whole; 0 of a zombie
};

// None where there is no such process (any more).
std::optional<ProcessUsage> process_usage(pid_t pid);

// Its resident memory, of which what is shared counts in proportion (PSS). The kernel walks the process's pages for it:
// milliseconds for a GiB. None where it may not be read (another user's, by setuid) or is not there.
std::optional<std::uint64_t> proportional_memory(pid_t pid);

// Its resident memory that is not backed by a file or by shared memory; pages that it still has in common with the process
// that forked it count whole. Costs next to nothing and takes no lock. 0 where there is no such process.
std::uint64_t private_memory(pid_t pid);

// As ps -o comm shows it; "?" where there is none.
std::string short_name(pid_t pid);

// How many processes the kernel has killed for lack of memory since it was started, on the whole machine and for any
// cgroup; none where it does not say (Linux before 4.13).
std::optional<std::uint64_t> out_of_memory_kills();

// The limit on the CPU time of each process that this one has and hands on, in seconds (RLIMIT_CPU); none: none.
std::optional<std::uint64_t> own_cpu_limit();

// At which the tree can run at once.
unsigned processors();

}  // namespace oversee::os
