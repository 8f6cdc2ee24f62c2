// Signals a process group and polls until it is empty.
#include "guard/group_stop.hpp"

#include <algorithm>
#include <csignal>

#include "os/process_group.hpp"

namespace oversee::guard {
namespace {

using namespace std::chrono_literals;

// The intervals between polls: not every exit in the group is reported to the guard.
constexpr GroupStop::Clock::duration kFirstGroupPause = 1ms;
constexpr GroupStop::Clock::duration kLongestGroupPause = 50ms;

void send(const os::Descendant& target, int signal) { (void)os::signal_descendant(target, signal); }

}  // namespace

std::size_t GroupStop::signal(pid_t group, int signal, bool at_one_stroke) {
  group_ = group;
  own_ = at_one_stroke;
  killing_ = signal == SIGKILL;
  pause_ = kFirstGroupPause;
  next_look_ = Clock::now();
  const auto members = os::list_group_members(group);
  if (at_one_stroke) {
    ::kill(-group, signal);
    ::kill(-group, SIGCONT);
    return members.size();
  }
  for (const os::Descendant& each : members) send(each, signal);
  for (const os::Descendant& each : members) send(each, SIGCONT);
  return members.size();
}

bool GroupStop::over() {
  if (!group_ || Clock::now() < next_look_) return false;
  const auto members = os::list_group_members(*group_);
  if (members.empty() && !(own_ && os::may_have_more_members(*group_))) {
    group_.reset();
    return true;
  }
  if (killing_) {
    for (const os::Descendant& each : members) send(each, SIGKILL);
  }
  pause_ = std::min(pause_ * 2, kLongestGroupPause);
  next_look_ = Clock::now() + pause_;
  return false;
}

}  // namespace oversee::guard
