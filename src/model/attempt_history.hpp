// The attempts of a run as far as they are kept: the first and the last, and of those between how often each reason was
// theirs. So a run's memory and its record stay bounded however often it is tried.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "model/outcome.hpp"

namespace oversee::model {

// Attempts in a row that are not kept.
struct OmittedAttempts {
  int first = 0;  // their numbers
  int last = 0;
  std::map<Reason, std::uint64_t> reasons;
  std::uint64_t remaining = 0;  // processes that outlived them, and were left alive or could not be killed
  std::string words;            // cause_words of all, if they have the same; else empty

  std::uint64_t count() const { return static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first) + 1; }
};

// "attempts 32-1175: 1000 exit, 144 timeout"
std::string describe(const OmittedAttempts& omitted);

// "1000 exit, 144 timeout": the most frequent first.
std::string describe(const std::map<Reason, std::uint64_t>& reasons);

class AttemptHistory {
 public:
  static constexpr std::size_t kFirst = 31;
  static constexpr std::size_t kLast = 32;

  void add(AttemptResult result);

  bool empty() const { return kept_.empty(); }
  // The last.
  const AttemptResult& back() const { return kept_.back(); }
  AttemptResult& back() { return kept_.back(); }
  // Of all that were added.
  int count() const { return count_; }

  // In their order; the gap, where there is one, is behind the first kFirst.
  const std::vector<AttemptResult>& kept() const { return kept_; }
  // Null: all are kept. Stays where it is.
  const OmittedAttempts* omitted() const { return omitted_.first == 0 ? nullptr : &omitted_; }

 private:
  std::vector<AttemptResult> kept_;
  OmittedAttempts omitted_;
  int count_ = 0;
};

// How many were begun: an attempt that is tried once more was.
std::uint64_t count_begun(std::span<const AttemptResult> kept, const OmittedAttempts* omitted);

}  // namespace oversee::model
