// The children of this process, found without /proc.
#pragma once

#include <sys/types.h>

#include <vector>

namespace oversee::os {

// All that are not reaped yet. waitid(2) says of any number whether it is a child's, and a child's number is no other's
// until it is reaped. The numbers that can be children's are those given out since this process was started, which
// takes some microseconds; where none of these is a child's and there is one, all numbers are tried: about a second.
std::vector<pid_t> find_children();

}  // namespace oversee::os
