// A snapshot of a process tree from /proc: what each process is doing now. Bounded in number and time.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "model/clock.hpp"
#include "model/evidence.hpp"

namespace oversee::os {

// A cheap sample of the CPU time used so far, as the baseline of a later snapshot.
struct CpuLook {
  struct Used {
    model::Duration born;
    model::Duration cpu;
  };
  model::Instant taken;
  std::unordered_map<pid_t, Used> used;
};
CpuLook look_at_cpu(pid_t root);

struct Snapshot {
  model::Evidence evidence;  // the caller fills in leader and silence
  std::vector<pid_t> tree;   // the process ids of the whole tree, listed or not
};

// Samples everything below `root`, without `root`. May block while a process holds its own memory lock, so never call
// it on a thread with a deadline. After `until`, the remaining processes are only counted.
Snapshot take_snapshot(pid_t root, pid_t leader, const std::optional<CpuLook>& before, model::Instant until);

}  // namespace oversee::os
