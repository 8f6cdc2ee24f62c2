// Decides when to sample the tree next, and which limits it has passed. Measures nothing itself.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "guard/tree_meter.hpp"
#include "model/clock.hpp"
#include "model/resource_limits.hpp"

namespace oversee::guard {

// The limits that the kernel has enforced in the cgroup.
struct HeldByKernel {
  std::optional<std::uint64_t> memory;  // it killed the tree, which used this many bytes
  model::CountLimit tasks;              // it refused forks beyond this many processes and threads
};

class LimitWatch {
 public:
  // `processors` bounds the CPU time that can pass in a second, and so the earliest time at which a CPU limit can be
  // reached.
  LimitWatch(const model::TreeLimits& limits, unsigned processors, model::Instant started);

  // The limits that have not been passed yet; if none is left, there is nothing to sample for.
  const model::TreeLimits& limits() const { return limits_; }

  // Judges a sample that began at `now` and took `cost`; returns the limits that it shows to be passed, each limit
  // once.
  std::vector<model::PassedLimit> judge(const TreeFigures& figures, model::Instant now, model::Duration cost);

  // Judges the CPU time of the reaped processes alone, because no process may be left to sample.
  std::vector<model::PassedLimit> judge_reaped(model::Duration cpu);

  // Judges the kernel's events. The last sample tells which process used most.
  std::vector<model::PassedLimit> judge_held(const HeldByKernel& held);

  model::Instant next_look() const { return next_look_; }

 private:
  // The last figure of memory or processes, to compute its growth.
  struct Growth {
    std::uint64_t used = 0;
    model::Instant at{};
  };

  model::Duration until_reached(Growth& growth, std::uint64_t used, std::uint64_t limit, model::Instant now);

  model::TreeLimits limits_;
  unsigned processors_;
  model::Instant next_look_;
  model::Duration pause_;
  Growth memory_;
  Growth processes_;
  TreeFigures last_;
};

}  // namespace oversee::guard
