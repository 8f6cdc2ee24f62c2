// Decides whether a supervisor lives.
#include "history/run_life.hpp"

#include <optional>
#include <string_view>

namespace oversee::history {
namespace {

bool both_known(std::string_view one, std::string_view other) { return !one.empty() && !other.empty(); }

bool same_namespace(std::optional<std::uint64_t> one, std::optional<std::uint64_t> other) {
  return one && other && *one == *other;
}

Life by_lock(LockSeen lock) {
  switch (lock) {
    case LockSeen::held: return Life::alive;
    case LockSeen::free: return Life::gone;
    case LockSeen::unknown: return Life::unknown;
  }
  return Life::unknown;
}

}  // namespace

// Cloned machines share a machine-id, but at least their host names differ.
Nearness nearness(const model::RunPlace& there, const model::RunPlace& here) {
  if (there.host != here.host) return Nearness::other_host;
  if (both_known(there.boot_id, here.boot_id) && there.boot_id != here.boot_id) {
    const bool same_machine = both_known(there.machine, here.machine) && there.machine == here.machine;
    return same_machine ? Nearness::earlier_boot : Nearness::other_host;
  }
  if (!same_namespace(there.pid_namespace, here.pid_namespace)) return Nearness::other_pids;
  // Both are known or both unknown, depending on the kernel.
  return there.time_namespace == here.time_namespace ? Nearness::comparable : Nearness::same_pids;
}

Life judge_life(Nearness near, ProcessSeen process, LockSeen lock) {
  switch (near) {
    case Nearness::earlier_boot:
      // A fork of the machine, such as a restored snapshot, may still hold the lock.
      return lock == LockSeen::held ? Life::alive : Life::gone;
    case Nearness::other_host:
      // Not every file system shows the locks of other hosts.
      return lock == LockSeen::held ? Life::alive : Life::unknown;
    case Nearness::other_pids: return by_lock(lock);
    case Nearness::comparable:
    case Nearness::same_pids: break;
  }
  switch (process) {
    case ProcessSeen::same: return Life::alive;
    case ProcessSeen::gone: return Life::gone;
    case ProcessSeen::unknown: return by_lock(lock);
  }
  return Life::unknown;
}

}  // namespace oversee::history
