// How much of past runs is kept; what is removed for it is chosen by history/retention.
#pragma once

#include "model/byte_size.hpp"
#include "model/duration.hpp"
#include "model/resource_limits.hpp"

namespace oversee::model {

// A run stays that is within all of them.
struct Retention {
  CountLimit runs = {};  // of those that were written to last
  TimeLimit age = {};    // since anything of the run was written
  SizeLimit bytes = {};  // of all that is kept, of the runs that were written to last

  bool any() const { return runs || age || bytes; }
  bool operator==(const Retention&) const = default;
};

}  // namespace oversee::model
