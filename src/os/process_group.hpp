// The members of a process group among the descendants of this process.
#pragma once

#include <sys/types.h>

#include <vector>

#include "os/process_tree.hpp"

namespace oversee::os {

// Those that live. The group's number may have become another's: only descendants of ours are looked at.
std::vector<Descendant> list_group_members(pid_t group);

}  // namespace oversee::os
