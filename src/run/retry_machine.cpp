// Decides about retries.
#include "run/retry_machine.hpp"

#include <utility>

namespace oversee::run {

using model::NotRetried;

RetryMachine::RetryMachine(model::RetryPolicy policy, model::TimeLimit total, model::Instant start, std::uint64_t seed)
    : policy_(std::move(policy)), noise_(seed) {
  if (total) total_end_ = start + *total;
}

// Only one reason is reported, so the reason that a user would change first is checked first.
RetryMachine::Decision RetryMachine::after(const model::AttemptResult& result, const model::Wrote& wrote,
                                           Hindrances hindrances, model::Instant now) {
  if (result.status == model::Status::completed || policy_.retries == 0) return NotRetried::not_wanted;
  if (result.status == model::Status::cancelled) return NotRetried::cancelled;
  if (retries_ == policy_.retries) return NotRetried::no_more;
  if (result.reason == model::Reason::total_timeout) return NotRetried::no_time;
  if (!policy_.on.match(result, wrote) || policy_.not_on.match(result, wrote)) return NotRetried::no_cause;
  if (hindrances.output_gone) return NotRetried::output_gone;
  if (hindrances.input_read) return NotRetried::input_read;
  if (hindrances.input_gone) return NotRetried::input_gone;

  std::uniform_real_distribution<double> noise(-1.0, 1.0);
  const model::Duration delay = delay_before(retries_ + 1, policy_, noise(noise_));
  if (total_end_ && delay >= *total_end_ - now) return NotRetried::no_time;
  if (cancelled_) return NotRetried::cancelled;
  ++retries_;
  return Again{retries_ + 1, delay};
}

void RetryMachine::stood_still(model::Duration time) {
  if (total_end_) *total_end_ += time;
}

}  // namespace oversee::run
