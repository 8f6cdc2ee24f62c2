// The tree's cgroup in the guard's hands: made when it is due, killed before anything else, removed at the end.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>

#include "guard/protocol.hpp"
#include "model/failure.hpp"
#include "os/cgroup.hpp"

namespace oversee::guard {

class TreeCgroup {
 public:
  // Makes it at once where the request asks for that, and remembers what may be made later. A failure is only that
  // where one is required; else it is kept as the reason for having none.
  model::Result<void> plan(const StartCommand& request);

  // What the command writes to before its exec; -1: it has no group.
  int entry() const { return leaf_ ? leaf_->entry() : -1; }
  // The command could not join.
  void refused(int error);

  // Empty: there is none.
  std::string path() const { return leaf_ ? leaf_->path() : std::string(); }
  const std::string& why_none() const { return why_none_; }

  void kill() const;

  // Kills children that signals do not reach, another user's by setuid, by moving them in. Children only: they stay
  // what they are until they are reaped here, so that no number can have become a stranger's.
  void kill_by_moving(std::span<const pid_t> children);

  // Whether it had a part in the killing, or held the tree from its start on.
  bool used() const { return used_; }

  void remove();

  // What killed guards have left beside it. Once the command runs: it takes a moment.
  void sweep() const;

 private:
  model::Result<void> make();

  std::string name_;  // empty: none may be made any more
  std::string parent_;
  std::optional<os::CgroupLeaf> leaf_;
  std::string why_none_;
  bool used_ = false;
};

}  // namespace oversee::guard
