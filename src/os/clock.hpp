// The only place that reads clocks.
#pragma once

#include "model/clock.hpp"

namespace oversee::os {

// Reads both clocks, a few nanoseconds apart.
model::Reading read_clock();

}  // namespace oversee::os
