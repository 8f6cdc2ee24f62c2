// What a fuzz target holds true of all that it is fed.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace oversee::fuzz {

// libFuzzer takes the end of the program for a find, and keeps the input.
inline void must(bool held, const char* what) {
  if (held) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

}  // namespace oversee::fuzz
