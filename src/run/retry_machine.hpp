// Whether and when a run continues after an attempt: a pure machine. Reads no clock, waits for nothing, runs nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <variant>

#include "model/clock.hpp"
#include "model/outcome.hpp"
#include "model/retry_policy.hpp"
#include "model/verdict.hpp"

namespace oversee::run {

// Reasons against another attempt that do not depend on the policy.
struct Hindrances {
  bool output_gone = false;  // the reader of our output is gone, or output could not be written
  bool input_read = false;   // standard input was read, and no copy is kept
  bool input_gone = false;   // the copy of standard input was dropped
};

class RetryMachine {
 public:
  // The seed determines the random part of the delays.
  RetryMachine(model::RetryPolicy policy, model::TimeLimit total, model::Instant start, std::uint64_t seed);

  struct Again {
    int next;  // the number of the next attempt
    model::Duration delay;
  };
  using Decision = std::variant<Again, model::NotRetried>;

  // Call after each attempt.
  Decision after(const model::AttemptResult& result, const model::Wrote& wrote, Hindrances hindrances,
                 model::Instant now);

  // Whether the total limit still allows an attempt; call when the delay and the hook are over.
  bool may_begin(model::Instant now) const { return !total_end_ || now < *total_end_; }

  // The user cancelled: no further attempt begins. If after() then returns NotRetried::cancelled for an attempt that
  // was not cancelled, only the cancel prevented the next one.
  void cancel() { cancelled_ = true; }

  // oversee was suspended for this time.
  void stood_still(model::Duration time);

  std::optional<model::Instant> total_end() const { return total_end_; }

 private:
  model::RetryPolicy policy_;
  std::optional<model::Instant> total_end_;
  std::mt19937_64 noise_;
  int retries_ = 0;  // retries begun so far
  bool cancelled_ = false;
};

}  // namespace oversee::run
