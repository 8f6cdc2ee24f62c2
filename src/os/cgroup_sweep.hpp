// Removes the empty cgroups that runs left behind because their guard and front were killed. Checks the names.
#pragma once

#include <string>

#include "model/duration.hpp"

namespace oversee::os {

// Sweeps the direct children of the group. Stops after `bound` or 256 groups. A group that a run has just created is
// empty too, but its creator holds a lock on it (CgroupLeaf); the sweep removes a group only with the lock. Returns the
// number of removed groups.
int sweep_cgroups(const std::string& group, model::Duration bound);

}  // namespace oversee::os
