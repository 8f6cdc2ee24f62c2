// How many of oversee's own lines on stderr were dropped.
#pragma once

#include <cstdint>

namespace oversee::model {

struct OwnLines {
  std::uint64_t dropped_lines = 0;
  std::uint64_t dropped_bytes = 0;
};

}  // namespace oversee::model
