// Measures the whole tree by the accounts of the cgroup that holds it.
#pragma once

#include "guard/tree_cgroup.hpp"
#include "guard/tree_meter.hpp"

namespace oversee::guard {

// Processes themselves are looked at for what is not in the accounts: their number, who has used most, and the time of
// those who have left the group; for memory only where one may have to be named soon.
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
