// The assertion of fuzz targets.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace oversee::fuzz {

// Aborts, which libFuzzer treats as a finding and keeps the input.
inline void must(bool held, const char* what) {
  if (held) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

}  // namespace oversee::fuzz
