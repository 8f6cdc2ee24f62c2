// A cgroup's limits and resource accounts. The kernel accounts for all processes of the group and its subgroups,
// including ended ones (Documentation/admin-guide/cgroup-v2.rst). A group is named by its directory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/duration.hpp"

namespace oversee::os {

// CPU time; available without a controller.
struct CgroupCpu {
  model::Duration user{};
  model::Duration system{};
};
std::optional<CgroupCpu> cgroup_cpu(const std::string& group);

// Bytes in use, and the peak (Linux 5.19 or later), caches included. None without the memory controller.
std::optional<std::uint64_t> cgroup_memory(const std::string& group);
std::optional<std::uint64_t> cgroup_memory_peak(const std::string& group);

// Limits memory and disables swap, so that a tree at its limit ends instead of thrashing. An OOM kill ends the whole
// group (memory.oom.group). False if the limit cannot be set.
bool limit_cgroup_memory(const std::string& group, std::uint64_t bytes);

// Limits processes and threads together: a fork past the limit fails with EAGAIN.
bool limit_cgroup_tasks(const std::string& group, std::uint64_t tasks);

// Whether the kernel has killed the group because of its own limit, not because of the limit of a parent or child group
// or because the machine ran out of memory. The kernel counts before it kills.
bool killed_for_memory(const std::string& group);

// Whether a fork has failed because of the group's limit on tasks.
bool refused_tasks(const std::string& group, std::uint64_t tasks);

}  // namespace oversee::os
