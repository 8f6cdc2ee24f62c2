// How many cases a test makes up where any number would do.
#pragma once

#include <cstdint>

namespace oversee {

// All of them in the plain build. Under sanitizers, where each takes ten times as long, the first fifth: that is enough
// to come by all code that is tested, and what it returns is checked by the plain build.
constexpr std::uint64_t rounds(std::uint64_t all) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return all / 5;
#else
  return all;
#endif
}

}  // namespace oversee
