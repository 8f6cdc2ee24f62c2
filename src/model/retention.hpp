// The limits on how many past runs are kept; history/retention chooses the runs to remove.
#pragma once

#include "model/byte_size.hpp"
#include "model/duration.hpp"
#include "model/resource_limits.hpp"

namespace oversee::model {

// A run is kept only if it is within every limit.
struct Retention {
  CountLimit runs = {};  // keeps the runs with the latest writes
  TimeLimit age = {};    // since the last write of the run
  SizeLimit bytes = {};  // of all kept runs; keeps the runs with the latest writes

  bool any() const { return runs || age || bytes; }
  bool operator==(const Retention&) const = default;
};

}  // namespace oversee::model
