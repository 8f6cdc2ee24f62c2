// The number of cases that a property test makes up.
#pragma once

#include <cstdint>

namespace oversee {

// All in the plain build. Under sanitizers, which are ten times slower, the first fifth: it covers the same code, and
// the plain build checks the results.
constexpr std::uint64_t rounds(std::uint64_t all) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return all / 5;
#else
  return all;
#endif
}

}  // namespace oversee
