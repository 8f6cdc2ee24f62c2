// A run whose front is gone: what the guard, which outlived it, knows of its end.
#pragma once

#include <string>

#include "model/outcome.hpp"

namespace oversee::model {

struct LostRun {
  std::string id;
  std::string json_path;  // where the user wanted the summary as well; empty: nowhere
  Instant started{};      // the run
  AttemptResult attempt;  // that was running; its end is the run's, and nothing is known of its output
};

// What to do about one. It is given to the guard, which knows nothing of records.
using FinishLostRun = void (*)(const LostRun&);

}  // namespace oversee::model
