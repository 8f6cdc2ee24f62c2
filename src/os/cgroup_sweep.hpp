// Removes the cgroups that runs have left whose guard and front were killed: empty ones with our names, no others.
#pragma once

#include <string>

#include "model/duration.hpp"

namespace oversee::os {

// Those directly in the group; stops when the bound is over, or after some hundred. A group that another run has made
// and whose command is about to join is empty, too: its maker holds a lock on it (CgroupLeaf), which who sweeps must
// have for himself. Returns how many were removed.
int sweep_cgroups(const std::string& group, model::Duration bound);

}  // namespace oversee::os
