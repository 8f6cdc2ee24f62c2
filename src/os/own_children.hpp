// Finds the children of this process without /proc.
#pragma once

#include <sys/types.h>

#include <vector>

namespace oversee::os {

// Returns all unreaped children. waitid(2) tells for any process id whether it is a child; an unreaped child's id is
// not reused. First tries the ids given out since this process started, which takes some microseconds. If none of them
// is a child although there is one, tries all ids, which takes about a second.
std::vector<pid_t> find_children();

}  // namespace oversee::os
