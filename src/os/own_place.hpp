// Where this process lives: host, boot, namespaces.
#pragma once

#include "model/run_place.hpp"

namespace oversee::os {

// Found out at the first call; it does not change afterwards.
const model::RunPlace& own_place();

}  // namespace oversee::os
