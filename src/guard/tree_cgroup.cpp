// Creates and uses the tree's cgroup.
#include "guard/tree_cgroup.hpp"

#include <chrono>
#include <utility>

#include "model/cgroup_name.hpp"
#include "os/cgroup_account.hpp"
#include "os/cgroup_sweep.hpp"
#include "os/proc.hpp"

namespace oversee::guard {
namespace {

using model::LimitMeans;

constexpr auto kSweepBound = std::chrono::milliseconds(20);

// The cgroup's CPU time may be less than the reaped processes' by this much, because the command runs before it joins.
// A larger difference means that a process has left the cgroup.
constexpr auto kAccountsPart = std::chrono::milliseconds(10);

}  // namespace

model::Result<void> TreeCgroup::plan(const StartCommand& request, std::optional<pid_t> front) {
  name_ = request.cgroup_name;
  const model::TreeLimits& limits = request.tree_limits;
  // The cgroup finds processes that /proc does not show.
  const bool at_start = request.cgroup_at_start || !os::proc_is_ours();
  if (name_.empty() || (!at_start && !limits.any())) return {};
  auto parent = os::own_cgroup();
  if (parent) {
    parent_ = *std::move(parent);
    const os::Controllers wanted{.memory = limits.memory.has_value(), .pids = limits.processes.has_value()};
    handed_on_ = os::HandedOn(parent_, wanted, name_ + std::string(model::kOwnCgroupSuffix), front);
    const os::Controllers there = handed_on_.controllers();
    // An optional cgroup is created only if it helps: for an available controller, or for CPU time, which needs no
    // controller.
    const bool good = limits.cpu || (wanted.memory && there.memory) || (wanted.pids && there.pids);
    if (!at_start && !good) return {};
  }
  auto made = make();
  if (made) {
    hold(limits);
  } else {
    handed_on_.step_back(front);
  }
  used_ = from_start_ = made.has_value();
  if (made || request.cgroup_required) return made;
  if (request.cgroup_at_start) why_none_ = describe(made.error());
  return {};
}

void TreeCgroup::hold(const model::TreeLimits& limits) {
  means_.cpu = LimitMeans::cgroup;
  if (limits.memory && os::limit_cgroup_memory(leaf_->path(), *limits.memory)) {
    means_.memory = LimitMeans::cgroup;
    memory_ = *limits.memory;
  }
  if (!limits.processes) return;
  const std::uint64_t tasks = model::task_backstop(*limits.processes);
  if (os::limit_cgroup_tasks(leaf_->path(), tasks)) means_.tasks = tasks;
}

model::Result<void> TreeCgroup::make() {
  const std::string name = std::exchange(name_, {});
  if (parent_.empty()) {
    auto parent = os::own_cgroup();
    if (!parent) return std::unexpected(parent.error());
    parent_ = *std::move(parent);
  }
  auto leaf = os::CgroupLeaf::make(parent_, name);
  if (!leaf) return std::unexpected(leaf.error());
  leaf_.emplace(std::move(*leaf));
  return {};
}

// CPU time and the number of processes need the cgroup but no controller.
std::optional<std::string> TreeCgroup::not_kept(const model::TreeLimits& limits, model::ProcView proc) const {
  if (proc == model::ProcView::all) return {};
  if (limits.memory && means_.memory != LimitMeans::cgroup) return model::unkept_limit("--max-memory", proc);
  if (limits.cpu && !leaf_) return model::unkept_limit("--max-cpu", proc);
  if (limits.processes && !leaf_) return model::unkept_limit("--max-procs", proc);
  return {};
}

void TreeCgroup::refused(int error, std::optional<pid_t> front) {
  why_none_ = describe(model::Failure{"join the cgroup", error, path(), {}});
  used_ = from_start_ = false;
  means_ = {};
  remove(front);
}

HeldByKernel TreeCgroup::held_by_kernel() const {
  HeldByKernel held;
  if (!leaf_) return held;
  if (means_.memory == LimitMeans::cgroup && os::killed_for_memory(leaf_->path())) {
    held.memory = os::cgroup_memory_peak(leaf_->path()).value_or(memory_);
  }
  if (means_.tasks && os::refused_tasks(leaf_->path(), *means_.tasks)) held.tasks = means_.tasks;
  return held;
}

std::optional<model::Duration> TreeCgroup::cpu() const {
  if (!from_start_ || !leaf_) return {};
  const auto cpu = os::cgroup_cpu(leaf_->path());
  return cpu ? std::optional(cpu->user + cpu->system) : std::nullopt;
}

std::optional<std::uint64_t> TreeCgroup::memory() const {
  return leaf_ ? os::cgroup_memory(leaf_->path()) : std::nullopt;
}

std::uint64_t TreeCgroup::processes() const { return leaf_ ? os::cgroup_processes(leaf_->path()) : 0; }

void TreeCgroup::complete(model::Usage& usage) const {
  if (!from_start_ || !leaf_) return;
  const auto cpu = os::cgroup_cpu(leaf_->path());
  if (cpu && cpu->user + cpu->system + kAccountsPart >= usage.user + usage.system) {
    usage.user = cpu->user;
    usage.system = cpu->system;
    usage.accuracy = model::Accuracy::exact;
  }
  usage.peak_bytes = os::cgroup_memory_peak(leaf_->path()).value_or(0);
}

bool TreeCgroup::kill() const { return leaf_ && os::kill_cgroup(leaf_->path()); }

void TreeCgroup::kill_by_moving(std::span<const pid_t> children) {
  if (children.empty() || (!leaf_ && (name_.empty() || !make()))) return;
  bool moved = false;
  for (const pid_t child : children) moved |= leaf_->take_in(child);
  if (!moved) return;
  used_ = true;
  (void)kill();
}

void TreeCgroup::remove(std::optional<pid_t> front) {
  if (leaf_) (void)os::remove_cgroup(leaf_->path());
  leaf_.reset();
  handed_on_.step_back(front);
}

void TreeCgroup::sweep() const {
  if (!parent_.empty()) (void)os::sweep_cgroups(parent_, kSweepBound);
}

}  // namespace oversee::guard
