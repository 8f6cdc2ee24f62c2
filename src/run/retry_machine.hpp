// Whether a run goes on after an attempt, and when: a pure machine. It reads no clock, waits for nothing, runs nothing.
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

// What stands in the way of another attempt, whatever the policy says.
struct Hindrances {
  bool output_gone = false;  // nobody reads what we show any more, or it could not be written
  bool input_read = false;   // standard input was read from, and is not kept
  bool input_gone = false;   // standard input is no longer kept
};

class RetryMachine {
 public:
  // The seed decides the delays' noise.
  RetryMachine(model::RetryPolicy policy, model::TimeLimit total, model::Instant start, std::uint64_t seed);

  struct Again {
    int next;  // number of the attempt
    model::Duration delay;
  };
  using Decision = std::variant<Again, model::NotRetried>;

  // An attempt has ended.
  Decision after(const model::AttemptResult& result, const model::Wrote& wrote, Hindrances hindrances,
                 model::Instant now);

  // The delay is over, and what was to be done before: whether the time that is left still lets the attempt begin.
  bool may_begin(model::Instant now) const { return !total_end_ || now < *total_end_; }

  // The user wants the end: no attempt is begun any more. NotRetried::cancelled of an attempt that was not cancelled
  // says that nothing else stands in the way of another.
  void cancel() { cancelled_ = true; }

  // oversee was stopped for so long.
  void stood_still(model::Duration time);

  std::optional<model::Instant> total_end() const { return total_end_; }

 private:
  model::RetryPolicy policy_;
  std::optional<model::Instant> total_end_;
  std::mt19937_64 noise_;
  int retries_ = 0;  // begun
  bool cancelled_ = false;
};

}  // namespace oversee::run
