// The members of a process group among the descendants of this process.
#pragma once

#include <sys/types.h>

#include <vector>

#include "os/process_tree.hpp"

namespace oversee::os {

// Those that live. The group's number may have become another's: only descendants of ours are looked at. Where /proc is
// not ours, only our children are found.
std::vector<Descendant> list_group_members(pid_t group);

// Whether a group of that number may have members that are not found: nobody is signalled because of the answer.
bool may_have_more_members(pid_t group);

}  // namespace oversee::os
