// What many runs of one command came to: how often it fails, how long it takes.
#pragma once

#include <span>
#include <string>

#include "model/duration.hpp"

namespace oversee::model {

struct RepeatedRun {
  int number = 1;
  bool passed = false;
  std::string cause = {};    // in a few words: "exit 2", "timeout"
  std::string summary = {};  // its sentence
  std::string log_path = {};
  int exit_status = 0;  // as a shell shows it in $?
  Duration duration{};
};

struct Interval {
  double low = 0;
  double high = 1;
};

// The interval that holds the true rate of what was seen `seen` times among `all` with a probability of 95 per cent
// (E. B. Wilson, 1927). Of nothing, all is possible.
Interval rate_interval(int seen, int all);

struct Spread {
  Duration fastest{};
  Duration median{};  // of an even number, the mean of the middle two
  Duration slowest{};
};
// There is at least one.
Spread spread(std::span<const RepeatedRun> runs);

}  // namespace oversee::model
