// When to look at the tree next, and which of its limits it has passed. Figures in, verdicts out: it measures nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "guard/tree_meter.hpp"
#include "model/clock.hpp"
#include "model/resource_limits.hpp"

namespace oversee::guard {

// What the kernel says it has kept the tree from, where it holds limits.
struct HeldByKernel {
  std::optional<std::uint64_t> memory;  // it has killed the tree, which used so many bytes
  model::CountLimit tasks;              // it has refused forks past so many processes and threads
};

class LimitWatch {
 public:
  // Processors: how much CPU time can pass in a second, which says when a limit on it can be reached at the earliest.
  LimitWatch(const model::TreeLimits& limits, unsigned processors, model::Instant started);

  // Those that are not known to have been passed; with none left there is nothing to look for.
  const model::TreeLimits& limits() const { return limits_; }

  // Takes a look's figures, its time and what it cost; returns what it shows to have been passed, each once.
  std::vector<model::PassedLimit> judge(const TreeFigures& figures, model::Instant now, model::Duration cost);

  // What has been reaped alone may be too much, at a time when nothing is left to look at.
  std::vector<model::PassedLimit> judge_reaped(model::Duration cpu);

  // The same of what the kernel has held; by whom most was used is known from the last look.
  std::vector<model::PassedLimit> judge_held(const HeldByKernel& held);

  model::Instant next_look() const { return next_look_; }

 private:
  // Of memory and processes: their last figures, for how fast they grow.
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
