// What the runs of one name came to: how many passed, why others did not, how long a success takes, and the timeout
// that follows from it.
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

// A run that has ended, as it counts.
struct RunSample {
  std::string name;
  WallTime started;
  bool passed = false;
  bool cancelled = false;             // by the user: it says nothing about the command
  bool flaky = false;                 // it passed after an attempt that had not
  std::string cause = {};             // of one that failed, in a few words: "exit 2"
  std::optional<Duration> took = {};  // wall time of the attempt that passed
};

struct RunStatistics {
  std::string name;
  std::size_t runs = 0;
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t cancelled = 0;
  std::size_t flaky = 0;                                         // of those that passed
  std::vector<std::pair<std::string, std::size_t>> causes = {};  // of the failures, the most frequent first
  std::vector<Duration> took = {};                               // of the attempts that passed, the oldest first
  WallTime first = {};
  WallTime last = {};
};

// By names, in the order of the alphabet. The samples come with the newest first.
std::vector<RunStatistics> gather_statistics(std::span<const RunSample> newest_first);

// The smallest value that so many per cent of the values do not exceed (nearest rank); `sorted` is not empty.
Duration percentile(std::span<const Duration> sorted, unsigned percent);

struct SuggestedTimeout {
  Duration limit;
  std::size_t runs = 0;  // that it was reckoned from
};

// So many successes are needed for a suggestion, and no more than so many of the last ones count.
inline constexpr std::size_t kFewestSuccesses = 10;
inline constexpr std::size_t kMostSuccesses = 100;

// Three times the 99th percentile of the last durations, at least a second. None of too few.
std::optional<SuggestedTimeout> suggest_timeout(std::span<const Duration> oldest_first);

}  // namespace oversee::model
