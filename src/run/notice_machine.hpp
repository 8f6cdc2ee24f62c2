// When people are told that an attempt still runs: a pure machine beside the attempt's, which stops nothing.
#pragma once

#include <optional>
#include <vector>

#include "model/clock.hpp"
#include "model/event.hpp"
#include "model/run_spec.hpp"

namespace oversee::run {

class NoticeMachine {
 public:
  // Output that is not shown breaks no silence of ours.
  NoticeMachine(model::NoticeTimes times, bool output_is_shown) : times_(times), output_is_shown_(output_is_shown) {}

  void started(model::Instant now);
  void output_seen(model::Instant now) { last_output_ = now; }
  void ended() { started_.reset(); }
  // The attempt stood still for so long.
  void resumed(model::Duration stood_still);

  // What is due, once each.
  std::vector<model::StillRunning> due(model::Instant now);
  // When to ask again; none: never.
  std::optional<model::Instant> wake_at() const;

 private:
  model::Instant next_heartbeat() const;

  model::NoticeTimes times_;
  bool output_is_shown_;
  std::optional<model::Instant> started_;  // while the attempt runs
  std::optional<model::Instant> slow_;     // the next warning
  model::Instant last_output_{};
  model::Instant last_notice_{};
};

}  // namespace oversee::run
