// Reads a cgroup's accounting instead of adding up its processes.
#include "guard/group_tree.hpp"

#include <algorithm>

#include "os/proc.hpp"

namespace oversee::guard {

TreeFigures GroupTree::measure(const model::TreeLimits& limits, model::Duration reaped) {
  const auto cpu = group_.cpu();
  const auto memory = means().memory == model::LimitMeans::cgroup ? group_.memory() : std::nullopt;
  const bool memory_near = limits.memory && (!memory || *memory >= *limits.memory / 2);
  TreeFigures figures;
  // If /proc does not show all processes, the cgroup's count is better.
  if (limits.processes && !os::proc_shows_all()) figures.processes = group_.processes();
  if (os::proc_is_ours() && (limits.cpu || limits.processes || memory_near)) {
    model::TreeLimits asked = limits;
    if (limits.memory && memory) asked.memory = model::kUnlimited;  // resident sizes suffice to find the largest
    const std::uint64_t counted = figures.processes;
    figures = sampled_.measure(asked, reaped);
    figures.processes = std::max(figures.processes, counted);
  }
  // The cgroup does not account for a process that has left it, but /proc may show it.
  if (cpu) figures.cpu = std::max(*cpu, figures.cpu);
  // The kernel enforces this limit, and usage may exceed it for a moment. Only the kernel's events tell that it was
  // passed.
  if (memory) figures.memory = std::min(*memory, limits.memory.value_or(*memory));
  return figures;
}

}  // namespace oversee::guard
