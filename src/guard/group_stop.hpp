// A stop with reach `group`: signals the command's process group and notices when it is empty.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

namespace oversee::guard {

class GroupStop {
 public:
  using Clock = std::chrono::steady_clock;

  // Signals each member of the group in our tree, then sends CONT. With at_one_stroke, one call signals the whole
  // group, so that no member escapes in a fork. That requires that the group is the command's own and its leader is
  // unreaped, because the group id could be reused otherwise. Returns the number of known members.
  std::size_t signal(pid_t group, int signal, bool at_one_stroke);

  // From the first signal until over() returns true.
  bool looking() const { return group_.has_value(); }
  Clock::time_point next_look() const { return next_look_; }

  // Polls if due; returns whether the group is empty. After a KILL, kills the members that appeared since.
  bool over();

 private:
  std::optional<pid_t> group_;
  bool own_ = false;  // the group is the command's own
  bool killing_ = false;
  Clock::duration pause_{};
  Clock::time_point next_look_;
};

}  // namespace oversee::guard
