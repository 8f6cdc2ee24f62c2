// Statistics of the runs with one name: how many passed, why others failed, how long successes took, and a timeout
// suggested from these durations.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/clock.hpp"
#include "model/duration.hpp"

namespace oversee::model {

// A finished run, reduced to the facts that statistics need.
struct RunSample {
  std::string name;
  WallTime started;
  bool passed = false;
  bool cancelled = false;             // by the user: says nothing about the command
  bool flaky = false;                 // it passed after a failed attempt
  std::string cause = {};             // of a failed run, a short cause: "exit 2"
  std::optional<Duration> took = {};  // wall time of the attempt that passed
};

struct RunStatistics {
  std::string name;
  std::size_t runs = 0;
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t cancelled = 0;
  std::size_t flaky = 0;                                         // of the passed runs
  std::vector<std::pair<std::string, std::size_t>> causes = {};  // of the failures, most frequent first
  std::vector<Duration> took = {};                               // of the attempts that passed, oldest first
  WallTime first = {};
  WallTime last = {};
};

// Groups samples by name, in alphabetical order.
std::vector<RunStatistics> gather_statistics(std::span<const RunSample> newest_first);

// The nearest-rank percentile: the smallest value that `percent` per cent of the values do not exceed. `sorted` must
// not be empty.
Duration percentile(std::span<const Duration> sorted, unsigned percent);

struct SuggestedTimeout {
  Duration limit;
  std::size_t runs = 0;  // successes it was computed from
};

// A suggestion needs kFewestSuccesses and uses the last kMostSuccesses.
inline constexpr std::size_t kFewestSuccesses = 10;
inline constexpr std::size_t kMostSuccesses = 100;

// Three times the 99th percentile of the latest durations, at least a second. Empty with too few successes.
std::optional<SuggestedTimeout> suggest_timeout(std::span<const Duration> oldest_first);

}  // namespace oversee::model
