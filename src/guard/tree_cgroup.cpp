// Makes and uses the tree's cgroup.
#include "guard/tree_cgroup.hpp"

#include <chrono>
#include <utility>

#include "os/cgroup_sweep.hpp"

namespace oversee::guard {
namespace {

constexpr auto kSweepBound = std::chrono::milliseconds(20);

}  // namespace

model::Result<void> TreeCgroup::plan(const StartCommand& request) {
  name_ = request.cgroup_name;
  if (!request.cgroup_at_start) return {};
  auto made = make();
  used_ = made.has_value();
  if (made || request.cgroup_required) return made;
  why_none_ = describe(made.error());
  return {};
}

model::Result<void> TreeCgroup::make() {
  const std::string name = std::exchange(name_, {});
  auto parent = os::own_cgroup();
  if (!parent) return std::unexpected(parent.error());
  parent_ = *std::move(parent);
  auto leaf = os::CgroupLeaf::make(parent_, name);
  if (!leaf) return std::unexpected(leaf.error());
  leaf_.emplace(std::move(*leaf));
  return {};
}

void TreeCgroup::refused(int error) {
  why_none_ = describe(model::Failure{"join the cgroup", error, path(), {}});
  used_ = false;
  remove();
}

void TreeCgroup::kill() const {
  if (leaf_) (void)os::kill_cgroup(leaf_->path());
}

void TreeCgroup::kill_by_moving(std::span<const pid_t> children) {
  if (children.empty() || (!leaf_ && (name_.empty() || !make()))) return;
  bool moved = false;
  for (const pid_t child : children) moved |= leaf_->take_in(child);
  if (!moved) return;
  used_ = true;
  kill();
}

void TreeCgroup::remove() {
  if (leaf_) (void)os::remove_cgroup(leaf_->path());
  leaf_.reset();
}

void TreeCgroup::sweep() const {
  if (!parent_.empty()) (void)os::sweep_cgroups(parent_, kSweepBound);
}

}  // namespace oversee::guard
