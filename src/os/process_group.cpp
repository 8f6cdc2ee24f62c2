// Finds the members of a process group.
#include "os/process_group.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "os/proc.hpp"
#include "os/process_state.hpp"

namespace oversee::os {

std::vector<Descendant> list_group_members(pid_t group) {
  std::vector<Descendant> members;
  for (const Descendant& each : list_descendants()) {
    if (::getpgid(each.pid) != group) continue;
    const auto state = look_at_process(each.pid);
    if (state && !state->zombie) members.push_back(each);
  }
  return members;
}

bool may_have_more_members(pid_t group) { return !proc_is_ours() && (::kill(-group, 0) == 0 || errno == EPERM); }

}  // namespace oversee::os
