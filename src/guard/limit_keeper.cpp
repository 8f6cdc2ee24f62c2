// Uses the cgroup where it accounts for the resource, else samples /proc.
#include "guard/limit_keeper.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <iterator>

#include "guard/group_tree.hpp"
#include "os/process_usage.hpp"

namespace oversee::guard {

using model::PassedLimit;
using Clock = std::chrono::steady_clock;

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
