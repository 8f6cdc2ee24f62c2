// The tree's cgroup: created when it is needed, killed before the processes are, removed at the end.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>

#include "guard/limit_watch.hpp"
#include "guard/protocol.hpp"
#include "model/failure.hpp"
#include "os/cgroup.hpp"
#include "os/cgroup_controllers.hpp"

namespace oversee::guard {

class TreeCgroup {
 public:
  // Creates the cgroup if the request asks for it, or if the kernel can enforce or account for a limit in it; else
  // keeps its name for a later kill. Fails only if a cgroup is required; else, if one was asked for, why_none() keeps
  // the reason.
  model::Result<void> plan(const StartCommand& request, std::optional<pid_t> front);

  // The descriptor that the command writes to before exec; -1: there is no cgroup.
  int entry() const { return leaf_ ? leaf_->entry() : -1; }
  // The command could not join; `error` is the errno.
  void refused(int error, std::optional<pid_t> front);

  // Empty: there is none.
  std::string path() const { return leaf_ ? leaf_->path() : std::string(); }
  const std::string& why_none() const { return why_none_; }

  // How the limits are enforced; final once the command has joined.
  const model::TreeMeans& means() const { return means_; }

  // Explains the first limit that cannot be enforced because /proc does not show all processes; none if all can. Call
  // after plan().
  std::optional<std::string> not_kept(const model::TreeLimits& limits, model::ProcView proc) const;

  // The limits that the kernel has enforced so far.
  HeldByKernel held_by_kernel() const;

  // The CPU time of all processes that were in it since the start; the memory that it uses now.
  std::optional<model::Duration> cpu() const;
  std::optional<std::uint64_t> memory() const;
  // The number of live processes in it.
  std::uint64_t processes() const;

  // Replaces the figures that the cgroup knows better than wait4(2).
  void complete(model::Usage& usage) const;

  bool kill() const;

  // Kills children that signals do not reach, because they belong to another user (setuid), by moving them into the
  // cgroup. Children only: an id cannot be reused before this process reaps the child.
  void kill_by_moving(std::span<const pid_t> children);

  // Whether it held the tree from the start, or was used to kill it.
  bool used() const { return used_; }

  // Removes the cgroup. This process, and the front if it lives, return to their original cgroup.
  void remove(std::optional<pid_t> front);

  // Removes the cgroups that killed guards left beside it. Call after the start, because it takes time.
  void sweep() const;

 private:
  model::Result<void> make();
  void hold(const model::TreeLimits& limits);

  std::string name_;  // empty: none may be created any more
  std::string parent_;
  os::HandedOn handed_on_;
  std::optional<os::CgroupLeaf> leaf_;
  model::TreeMeans means_;
  std::uint64_t memory_ = 0;  // the limit that the kernel enforces, in bytes
  bool from_start_ = false;
  std::string why_none_;
  bool used_ = false;
};

}  // namespace oversee::guard
