// When to notify the user that an attempt still runs: a pure machine beside the attempt's. It stops nothing.
#pragma once

#include <optional>
#include <vector>

#include "model/clock.hpp"
#include "model/event.hpp"
#include "model/run_spec.hpp"

namespace oversee::run {

class NoticeMachine {
 public:
  // Output that is not shown does not postpone a heartbeat.
  NoticeMachine(model::NoticeTimes times, bool output_is_shown) : times_(times), output_is_shown_(output_is_shown) {}

  void started(model::Instant now);
  void output_seen(model::Instant now) { last_output_ = now; }
  void ended() { started_.reset(); }
  // The attempt was suspended for this time.
  void resumed(model::Duration stood_still);

  // Returns the notices that are due, each once.
  std::vector<model::StillRunning> due(model::Instant now);
  // When to call due() again; none: never.
  std::optional<model::Instant> wake_at() const;

 private:
  model::Instant next_heartbeat() const;

  model::NoticeTimes times_;
  bool output_is_shown_;
  std::optional<model::Instant> started_;  // set while the attempt runs
  std::optional<model::Instant> slow_;     // the next warning
  model::Instant last_output_{};
  model::Instant last_notice_{};
};

}  // namespace oversee::run
