// A stop that reaches the command's process group only: its signals, and when nobody of the group is left.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

namespace oversee::guard {

class GroupStop {
 public:
  using Clock = std::chrono::steady_clock;

  // To each member of the group in our tree, then CONT. At one stroke only where the group is the command's own and its
  // leader unreaped, so that the number is no other's, and no member is overlooked in a fork.
  // Returns the number of known members.
  std::size_t signal(pid_t group, int signal, bool at_one_stroke);

  // From the first signal until over().
  bool looking() const { return group_.has_value(); }
  Clock::time_point next_look() const { return next_look_; }

  // Looks, once it is time, whether nobody is left; kills those that a KILL has overlooked.
  bool over();

 private:
  std::optional<pid_t> group_;
  bool own_ = false;  // the command's own
  bool killing_ = false;
  Clock::duration pause_{};
  Clock::time_point next_look_;
};

}  // namespace oversee::guard
