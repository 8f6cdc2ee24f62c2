// Controllers for child groups. A child has a controller only if its parent passes it on (cgroup.subtree_control), and
// a parent other than the root can do so only while it has no processes of its own.
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

// Parses a space-separated list, as in cgroup.controllers and cgroup.subtree_control.
Controllers controllers_in(std::string_view list);

// Whether this process may reorganize the group without disturbing another manager: the user is not root (write access
// implies delegation), the group is marked as delegated (systemd's Delegate=), belongs to another run, or is a
// container's root.
bool is_delegated(const std::string& group);

// Passes controllers on to the child groups of a group, if that is possible without harm.
class HandedOn {
 public:
  HandedOn() = default;

  // Adds the missing controllers. The root passes on any. Any other group must be delegated and hold only this process
  // and its front; both move to a child group named `aside` until step_back(). Without a front nothing is moved.
  HandedOn(std::string group, Controllers wanted, const std::string& aside, std::optional<pid_t> front);

  Controllers controllers() const { return controllers_; }

  // Moves the front (if it still lives) and this process back, and withdraws the controllers that were passed on. Does
  // nothing if no process was moved.
  void step_back(std::optional<pid_t> front);

 private:
  bool step_aside(const std::string& name, pid_t front);

  std::string group_;
  Controllers controllers_;
  std::optional<CgroupLeaf> aside_;
};

// Moves this process back after the process that moved it has ended. This process must be in the group that is named
// `leaf` with the suffix kOwnCgroupSuffix.
void step_back_alone(const std::string& leaf);

}  // namespace oversee::os
