// Measures the whole tree against its limits: by sampling each process, unless a better source exists.
#pragma once

#include "model/resource_limits.hpp"
#include "os/timed_reads.hpp"

namespace oversee::guard {

// The usage of the tree at one time, and for each resource the process that uses most. Names are looked up when they
// are reported.
struct TreeFigures {
  std::uint64_t memory = 0;  // bytes
  model::Duration cpu{};     // of live, dead and reaped processes
  std::uint64_t processes = 0;

  struct Most {
    std::int32_t pid = 0;
    std::uint64_t used = 0;
  };
  Most most_memory;
  Most most_cpu;
  Most most_children;
};

class TreeMeter {
 public:
  TreeMeter() = default;
  TreeMeter(const TreeMeter&) = delete;
  TreeMeter& operator=(const TreeMeter&) = delete;
  virtual ~TreeMeter() = default;

  // Only resources with a limit need to be measured. `reaped` is the CPU time of all reaped processes.
  virtual TreeFigures measure(const model::TreeLimits& limits, model::Duration reaped) = 0;
  virtual model::TreeMeans means() const = 0;
};

// Samples /proc. The figures are never too high: a process that exits or gets a new parent during the walk may be
// missed until the next sample.
class SampledTree final : public TreeMeter {
 public:
  TreeFigures measure(const model::TreeLimits& limits, model::Duration reaped) override;
  model::TreeMeans means() const override { return {}; }

 private:
  os::TimedReads<std::uint64_t> memory_reads_;
};

}  // namespace oversee::guard
