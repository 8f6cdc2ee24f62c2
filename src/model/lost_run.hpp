// An interrupted run (its front died): the surviving guard's knowledge of its end.
#pragma once

#include <string>

#include "model/outcome.hpp"

namespace oversee::model {

struct LostRun {
  std::string id;
  std::string json_path;  // the copy of the summary that the user asked for; empty: none
  Instant started{};      // of the run
  AttemptResult attempt;  // the running attempt; its end is the run's, its output is unknown
};

// Handles an interrupted run. Passed to the guard, which knows nothing about records.
using FinishLostRun = void (*)(const LostRun&);

}  // namespace oversee::model
