// Controllers for the groups that are made in one: a group has them if the one around it hands them on
// (cgroup.subtree_control), and but for the root that can do so only without processes of its own.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "os/cgroup.hpp"

namespace oversee::os {

struct Controllers {
  bool memory = false;
  bool pids = false;

  bool any() const { return memory || pids; }
  bool operator==(const Controllers&) const = default;
};

// Those of a space-separated list, as cgroup.controllers and cgroup.subtree_control are.
Controllers controllers_in(std::string_view list);

// Whether the group is ours to arrange, so that nobody else who manages it is thwarted: a user's, who could not write
// to it otherwise; a container's root; one that is marked as delegated (systemd's Delegate=); one of another run's.
bool is_delegated(const std::string& group);

// Has controllers handed on to the groups that are made in one, where that can be done without harm.
class HandedOn {
 public:
  HandedOn() = default;

  // Those that are handed on already are; the root hands on what it is told to. Any other group must be delegated, and
  // hold nobody but us and our front, which go to a group of their own beside those to be made, until step_back().
  // Without a front nobody goes.
  HandedOn(std::string group, Controllers wanted, const std::string& aside, std::optional<pid_t> front);

  Controllers controllers() const { return controllers_; }

  // The front, as far as it lives, and we return to the group, which takes back what it handed on for us. Nothing where
  // we did not step aside.
  void step_back(std::optional<pid_t> front);

 private:
  bool step_aside(const std::string& name, pid_t front);

  std::string group_;
  Controllers controllers_;
  std::optional<CgroupLeaf> aside_;
};

// The same for a process that was moved by another, which is no more; its group's name must be that other's leaf's, and
// the suffix.
void step_back_alone(const std::string& leaf);

}  // namespace oversee::os
