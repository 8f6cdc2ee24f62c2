// A cgroup's limits and accounts: of all its processes and those of the groups in it together, the dead included, as
// the kernel keeps them (Documentation/admin-guide/cgroup-v2.rst). A group is named by its directory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/duration.hpp"

namespace oversee::os {

// CPU time needs no controller.
struct CgroupCpu {
  model::Duration user{};
  model::Duration system{};
};
std::optional<CgroupCpu> cgroup_cpu(const std::string& group);

// Bytes in use, and the most there ever were (since Linux 5.19); caches count as well. None without the controller.
std::optional<std::uint64_t> cgroup_memory(const std::string& group);
std::optional<std::uint64_t> cgroup_memory_peak(const std::string& group);

// Memory without swap, for a tree that has reached its limit is to end and not to crawl; and where the kernel kills for
// it, it kills all. False where the limit cannot be set.
bool limit_cgroup_memory(const std::string& group, std::uint64_t bytes);

// Processes and threads: past it a fork fails with EAGAIN.
bool limit_cgroup_tasks(const std::string& group, std::uint64_t tasks);

// Whether the kernel has killed the group for its own limit: not for that of a group around or in it, nor since the
// machine had no more. It counts before it kills.
bool killed_for_memory(const std::string& group);

// Whether a fork failed for the limit on tasks.
bool refused_tasks(const std::string& group, std::uint64_t tasks);

}  // namespace oversee::os
