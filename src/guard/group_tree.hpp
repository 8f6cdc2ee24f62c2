// Measures the whole tree by the accounting of its cgroup.
#pragma once

#include "guard/tree_cgroup.hpp"
#include "guard/tree_meter.hpp"

namespace oversee::guard {

// Samples processes only for figures that the cgroup lacks: the number of processes, the largest consumer, and the CPU
// time of processes that have left the cgroup. Samples memory only near the limit, when the largest process may have to
// be named soon.
class GroupTree final : public TreeMeter {
 public:
  // The group must outlive this.
  explicit GroupTree(const TreeCgroup& group) : group_(group) {}
  TreeFigures measure(const model::TreeLimits& limits, model::Duration reaped) override;
  model::TreeMeans means() const override { return group_.means(); }

 private:
  const TreeCgroup& group_;
  SampledTree sampled_;
};

}  // namespace oversee::guard
