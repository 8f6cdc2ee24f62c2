// Compares the kernel's count of out-of-memory kills with an earlier one.
#include "guard/memory_kills.hpp"

#include "os/process_usage.hpp"

namespace oversee::guard {

void MemoryKills::look_if_due() {
  if (!first_look_ || Clock::now() < *first_look_) return;
  first_look_.reset();
  before_ = os::out_of_memory_kills();
}

// The kernel counts before it kills, so the count includes every kill that was noticed.
std::uint64_t MemoryKills::since_first_look() const {
  if (!before_) return 0;
  return os::out_of_memory_kills().value_or(*before_) - *before_;
}

}  // namespace oversee::guard
