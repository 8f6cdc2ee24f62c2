// Reads a cgroup's accounts in place of each process's.
#include "guard/group_tree.hpp"

#include <algorithm>

#include "os/proc.hpp"

namespace oversee::guard {

TreeFigures GroupTree::measure(const model::TreeLimits& limits, model::Duration reaped) {
  const auto cpu = group_.cpu();
  const auto memory = means().memory == model::LimitMeans::cgroup ? group_.memory() : std::nullopt;
  const bool memory_near = limits.memory && (!memory || *memory >= *limits.memory / 2);
  TreeFigures figures;
  // Where /proc does not show all, the group counts.
  if (limits.processes && !os::proc_shows_all()) figures.processes = group_.processes();
  if (os::proc_is_ours() && (limits.cpu || limits.processes || memory_near)) {
    model::TreeLimits asked = limits;
    if (limits.memory && memory) asked.memory = model::kUnlimited;  // what is resident is enough to name the largest by
    const std::uint64_t counted = figures.processes;
    figures = sampled_.measure(asked, reaped);
    figures.processes = std::max(figures.processes, counted);
  }
  // Whoever has left the group is not accounted for there, but may be found.
  if (cpu) figures.cpu = std::max(*cpu, figures.cpu);
  // The kernel holds it there, and may be past it for a moment: it is passed when the kernel says so.
  if (memory) figures.memory = std::min(*memory, limits.memory.value_or(*memory));
  return figures;
}

}  // namespace oversee::guard
