// The tree's cgroup in the guard's hands: made when it is due, killed before anything else, removed at the end.
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
  // Makes it at once where the request asks for that, or has limits that the kernel can hold or account for there; and
  // remembers what may be made later. A failure is only that where a group is required; else it is kept as the reason
  // for having none, where one was asked for.
  model::Result<void> plan(const StartCommand& request, std::optional<pid_t> front);

  // What the command writes to before its exec; -1: it has no group.
  int entry() const { return leaf_ ? leaf_->entry() : -1; }
  // The command could not join.
  void refused(int error, std::optional<pid_t> front);

  // Empty: there is none.
  std::string path() const { return leaf_ ? leaf_->path() : std::string(); }
  const std::string& why_none() const { return why_none_; }

  // How the limits are held, which is known once the command has joined.
  const model::TreeMeans& means() const { return means_; }

  // The first of the limits that is not kept where /proc does not show all: the sentence why. To be asked after plan().
  std::optional<std::string> not_kept(const model::TreeLimits& limits, model::ProcView proc) const;

  // What the kernel has held the tree to so far.
  HeldByKernel held_by_kernel() const;

  // CPU time of all that were in it; the memory that they use.
  std::optional<model::Duration> cpu() const;
  std::optional<std::uint64_t> memory() const;
  // The number of live processes in it.
  std::uint64_t processes() const;

  // What it knows better than those who reap: puts it in their place.
  void complete(model::Usage& usage) const;

  bool kill() const;

  // Kills children that signals do not reach, another user's by setuid, by moving them in. Children only: they stay
  // what they are until they are reaped here, so that no number can have become a stranger's.
  void kill_by_moving(std::span<const pid_t> children);

  // Whether it had a part in the killing, or held the tree from its start on.
  bool used() const { return used_; }

  // And returns to where we were, with the front if it lives.
  void remove(std::optional<pid_t> front);

  // What killed guards have left beside it. Once the command runs: it takes a moment.
  void sweep() const;

 private:
  model::Result<void> make();
  void hold(const model::TreeLimits& limits);

  std::string name_;  // empty: none may be made any more
  std::string parent_;
  os::HandedOn handed_on_;
  std::optional<os::CgroupLeaf> leaf_;
  model::TreeMeans means_;
  std::uint64_t memory_ = 0;  // what the kernel holds it to
  bool from_start_ = false;
  std::string why_none_;
  bool used_ = false;
};

}  // namespace oversee::guard
