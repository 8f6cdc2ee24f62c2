// Measures the whole tree against the limits on it: by looking at each process, unless a better source stands in.
#pragma once

#include "model/resource_limits.hpp"
#include "os/timed_reads.hpp"

namespace oversee::guard {

// What the tree uses at one time, and which process most of each. Names are looked up by who tells of them.
struct TreeFigures {
  std::uint64_t memory = 0;  // bytes
  model::Duration cpu{};     // of the living, the dead and the reaped
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

  // Only what is limited needs to be measured; `reaped` is the CPU time of all that has been reaped.
  virtual TreeFigures measure(const model::TreeLimits& limits, model::Duration reaped) = 0;
  virtual model::TreeMeans means() const = 0;
};

// Reads /proc. Never more than there is: who dies or moves during the walk may be missed, and is there in the next.
class SampledTree final : public TreeMeter {
 public:
  TreeFigures measure(const model::TreeLimits& limits, model::Duration reaped) override;
  model::TreeMeans means() const override { return {}; }

 private:
  os::TimedReads<std::uint64_t> memory_reads_;
};

}  // namespace oversee::guard
