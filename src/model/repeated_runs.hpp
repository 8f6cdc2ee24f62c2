// The results of --repeat: how often the command fails and how long it takes.
#pragma once

#include <span>
#include <string>

#include "model/duration.hpp"

namespace oversee::model {

struct RepeatedRun {
  int number = 1;
  bool passed = false;
  std::string cause = {};    // a short cause: "exit 2", "timeout"
  std::string summary = {};  // the sentence of its summary
  std::string log_path = {};
  int exit_status = 0;  // as a shell shows it in $?
  Duration duration{};
};

struct Interval {
  double low = 0;
  double high = 1;
};

// The Wilson score interval (E. B. Wilson, 1927) of a rate at 95 per cent confidence, from `seen` cases among `all`.
// With no cases it is 0 to 1.
Interval rate_interval(int seen, int all);

struct Spread {
  Duration fastest{};
  Duration median{};  // for an even number, the mean of the middle two
  Duration slowest{};
};
// Needs at least one run.
Spread spread(std::span<const RepeatedRun> runs);

}  // namespace oversee::model
