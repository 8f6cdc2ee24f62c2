// Adds up the figures in /proc of each process of the tree.
#include "guard/tree_meter.hpp"

#include <chrono>
#include <unordered_map>
#include <unordered_set>

#include "os/process_tree.hpp"
#include "os/process_usage.hpp"

namespace oversee::guard {
namespace {

// How long the guard waits for the memory maps of a tree. A process that was not read by then counts with its private
// memory, because a tree must not be killed for memory that could not be read.
constexpr auto kMemoryPatience = std::chrono::milliseconds(250);

void note(TreeFigures::Most& most, pid_t pid, std::uint64_t used) {
  if (used > most.used) most = {pid, used};
}

// Lists each process once: a process that is adopted during the walk can appear twice.
std::vector<os::Descendant> list_once() {
  auto list = os::list_descendants();
  std::unordered_set<pid_t> seen;
  std::erase_if(list, [&](const os::Descendant& each) { return !seen.insert(each.pid).second; });
  return list;
}

}  // namespace

TreeFigures SampledTree::measure(const model::TreeLimits& limits, model::Duration reaped) {
  TreeFigures figures;
  figures.cpu = reaped;
  const auto tree = list_once();
  figures.processes = tree.size();
  if (limits.processes) {
    std::unordered_map<pid_t, std::uint64_t> children;
    for (const os::Descendant& each : tree) ++children[each.parent];
    for (const os::Descendant& each : tree) {
      if (const auto found = children.find(each.pid); found != children.end()) {
        note(figures.most_children, each.pid, found->second);
      }
    }
  }
  if (!limits.memory && !limits.cpu) return figures;

  // Parents come before their children: a child that its parent reaps in between is missed rather than counted twice.
  for (const os::Descendant& each : tree) {
    const auto usage = os::process_usage(each.pid);
    if (!usage) continue;
    figures.cpu += usage->cpu;
    figures.memory += usage->resident_bytes;
    note(figures.most_cpu, each.pid, static_cast<std::uint64_t>(usage->cpu.count()));
    note(figures.most_memory, each.pid, usage->resident_bytes);
  }
  // This sum counts shared memory once for each process, so it is never less than the truth. The expensive measurement
  // is needed only near the limit; half the limit leaves room for the lag of the kernel's counters.
  if (!limits.memory || figures.memory < *limits.memory / 2) return figures;
  figures.memory = 0;
  figures.most_memory = {};
  std::vector<pid_t> pids;
  pids.reserve(tree.size());
  for (const os::Descendant& each : tree) pids.push_back(each.pid);
  const auto shares = memory_reads_(pids, kMemoryPatience, [](pid_t pid) {
    auto memory = os::proportional_memory(pid);
    if (const auto usage = memory ? std::nullopt : os::process_usage(pid)) memory = usage->resident_bytes;
    return memory.value_or(0);
  });
  for (std::size_t i = 0; i < pids.size(); ++i) {
    const std::uint64_t memory = shares[i] ? *shares[i] : os::private_memory(pids[i]);
    figures.memory += memory;
    note(figures.most_memory, pids[i], memory);
  }
  return figures;
}

}  // namespace oversee::guard
