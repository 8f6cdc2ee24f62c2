// Computes when the guard climbs a rung.
#include "guard/backstop.hpp"

namespace oversee::guard {

std::optional<model::Instant> Backstop::due() const {
  if (!deadline_.at || deadline_.rung >= deadline_.ladder.size()) return {};
  return model::Instant(*deadline_.at) + kSilence;
}

std::optional<Backstop::Step> Backstop::climb(model::Instant now) {
  const auto when = due();
  if (!when || now < *when) return {};
  const model::Rung& rung = deadline_.ladder[deadline_.rung];
  const Step step{deadline_.rung++, rung.signal};
  // Only the first rung waits for kSilence.
  deadline_.at.reset();
  if (rung.grace) deadline_.at = (now + *rung.grace - kSilence).time_since_epoch();
  return step;
}

}  // namespace oversee::guard
