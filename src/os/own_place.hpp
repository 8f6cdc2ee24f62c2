// The machine, boot and namespaces in which this process runs.
#pragma once

#include "model/run_place.hpp"

namespace oversee::os {

// Determined on the first call; it never changes.
const model::RunPlace& own_place();

}  // namespace oversee::os
