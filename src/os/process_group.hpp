// The members of a process group among the descendants of this process.
#pragma once

#include <sys/types.h>

#include <vector>

#include "os/process_tree.hpp"

namespace oversee::os {

// Lists the live members. Only our descendants are inspected, because the group id may have been reused. If /proc is
// not ours, only our children are found.
std::vector<Descendant> list_group_members(pid_t group);

// Whether the group may have members that list_group_members() cannot find. The id may have been reused, so never
// signal because of the answer.
bool may_have_more_members(pid_t group);

}  // namespace oversee::os
