// A look at the processes below one: what each is doing at this moment, read from /proc, bounded in number and time.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "model/clock.hpp"
#include "model/evidence.hpp"

namespace oversee::os {

// How much processor time each had used by then: a cheap look, for a later one to be measured against.
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
  model::Evidence evidence;  // leader and silence are for who knows them to fill in
  std::vector<pid_t> tree;   // the pids of all, listed or not
};

// Of everything below `root`, which is not one of them. May wait where a process holds its own memory's lock: not for a
// thread with a deadline. What is not looked at by `until` is only counted.
Snapshot take_snapshot(pid_t root, pid_t leader, const std::optional<CpuLook>& before, model::Instant until);

}  // namespace oversee::os
