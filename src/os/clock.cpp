// Reads the monotonic and the wall clock.
#include "os/clock.hpp"

namespace oversee::os {

model::Reading read_clock() {
  return {std::chrono::steady_clock::now(),
          std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now())};
}

}  // namespace oversee::os
