// The history of a run's attempts: the first and the last are kept whole; of the attempts between them only the number
// per reason. This bounds the memory and the record of a run with many retries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "model/outcome.hpp"

namespace oversee::model {

// Consecutive attempts that are not kept.
struct OmittedAttempts {
  int first = 0;  // attempt numbers
  int last = 0;
  std::map<Reason, std::uint64_t> reasons;
  std::uint64_t remaining = 0;  // leaked processes left alive, and processes that could not be killed
  std::string words;            // cause_words() if all omitted attempts have the same, else empty

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
  // The last attempt.
  const AttemptResult& back() const { return kept_.back(); }
  AttemptResult& back() { return kept_.back(); }
  // The number of all added attempts, omitted ones included.
  int count() const { return count_; }

  // In order; omitted attempts belong behind the first kFirst.
  const std::vector<AttemptResult>& kept() const { return kept_; }
  // Null if all attempts are kept. The address stays valid for the life of the history.
  const OmittedAttempts* omitted() const { return omitted_.first == 0 ? nullptr : &omitted_; }

 private:
  std::vector<AttemptResult> kept_;
  OmittedAttempts omitted_;
  int count_ = 0;
};

// The number of attempts that began: kept ones with begun(), and every omitted one.
std::uint64_t count_begun(std::span<const AttemptResult> kept, const OmittedAttempts* omitted);

}  // namespace oversee::model
