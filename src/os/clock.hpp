// The one place that reads clocks.
#pragma once

#include "model/clock.hpp"

namespace oversee::os {

// Both clocks, a few nanoseconds apart.
model::Reading read_clock();

}  // namespace oversee::os
