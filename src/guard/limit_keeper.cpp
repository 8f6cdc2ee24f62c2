// Uses the cgroup where it accounts for the resource, else samples /proc.
#include "guard/limit_keeper.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <iterator>

#include "os/proc.hpp"
#include "os/process_usage.hpp"

namespace oversee::guard {

using model::PassedLimit;
using Clock = std::chrono::steady_clock;

namespace {

// Measures the whole tree by the accounting of its cgroup.
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

TreeFigures GroupTree::measure(const model::TreeLimits& limits, model::Duration reaped) {
  const auto cpu = group_.cpu();
  const auto memory = means().memory == model::LimitMeans::cgroup ? group_.memory() : std::nullopt;
  const bool memory_near = limits.memory && (!memory || *memory >= *limits.memory / 2);
  TreeFigures figures;
  // If /proc does not show all processes, the cgroup's count is better.
  if (limits.processes && !os::proc_shows_all()) figures.processes = group_.processes();
  if (os::proc_is_ours() && (limits.cpu || limits.processes || memory_near)) {
    model::TreeLimits sampled = limits;
    if (limits.memory && memory) sampled.memory = model::kUnlimited;  // resident sizes suffice to find the largest
    const std::uint64_t counted = figures.processes;
    figures = sampled_.measure(sampled, reaped);
    figures.processes = std::max(figures.processes, counted);
  }
  // The cgroup does not account for a process that has left it, but /proc may show it.
  if (cpu) figures.cpu = std::max(*cpu, figures.cpu);
  // The kernel enforces this limit, and usage may exceed it for a moment. Only the kernel's events tell that it was
  // passed.
  if (memory) figures.memory = std::min(*memory, limits.memory.value_or(*memory));
  return figures;
}

}  // namespace

void LimitKeeper::begin(const model::TreeLimits& limits, const TreeCgroup& group) {
  if (!limits.any()) return;
  group_ = &group;
  if (group.means().cpu == model::LimitMeans::cgroup) {
    meter_ = std::make_unique<GroupTree>(group);
  } else {
    meter_ = std::make_unique<SampledTree>();
  }
  watch_.emplace(limits, os::processors(), Clock::now());
}

std::vector<PassedLimit> LimitKeeper::look_if_due(model::Duration reaped) {
  if (!watching() || Clock::now() < watch_->next_look()) return {};
  const auto before = Clock::now();
  const TreeFigures figures = meter_->measure(watch_->limits(), reaped);
  if (const auto& most = figures.most_memory; kernel_holds_memory() && most.pid > 0) {
    largest_ = {most.pid, os::short_name(most.pid), most.used};
  }
  std::vector<PassedLimit> passed = watch_->judge(figures, before, Clock::now() - before);
  std::ranges::move(watch_->judge_held(group_->held_by_kernel()), std::back_inserter(passed));
  return named(std::move(passed));
}

void LimitKeeper::before_a_reaping() {
  if (!watching() || !kernel_holds_memory()) return;
  siginfo_t info{};
  if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
  dead_ = {info.si_pid, info.si_code == CLD_KILLED ? os::short_name(info.si_pid) : std::string(), 0};
}

// If the process died of KILL, the kernel may have killed it for its memory: then reads the kernel's events, too.
std::vector<PassedLimit> LimitKeeper::after_a_reaping(model::Duration reaped, const Reaped& last) {
  if (!watching()) return {};
  if (!WIFSIGNALED(last.wait_status) || WTERMSIG(last.wait_status) != SIGKILL) {
    return named(watch_->judge_reaped(reaped));
  }
  const bool large = watch_->limits().memory && last.max_rss_bytes >= *watch_->limits().memory / 2;
  if (dead_.pid == last.pid && large && last.max_rss_bytes > largest_.used) {
    largest_ = {dead_.pid, dead_.name, last.max_rss_bytes};
  }
  return at_the_end(reaped);
}

std::vector<PassedLimit> LimitKeeper::at_the_end(model::Duration reaped) {
  if (!watching()) return {};
  std::vector<PassedLimit> passed = watch_->judge_held(group_->held_by_kernel());
  const model::Duration used = std::max(reaped, group_->cpu().value_or(reaped));
  std::ranges::move(watch_->judge_reaped(used), std::back_inserter(passed));
  return named(std::move(passed));
}

std::vector<PassedLimit> LimitKeeper::named(std::vector<PassedLimit> passed) const {
  for (PassedLimit& each : passed) {
    if (each.means == model::LimitMeans::sampling) each.means = means().of(each.resource);
    if (each.resource == model::Resource::memory && each.means == model::LimitMeans::cgroup) {
      each.largest = largest_;
    } else if (each.largest.pid > 0) {
      each.largest.name = os::short_name(each.largest.pid);
    }
  }
  return passed;
}

}  // namespace oversee::guard
