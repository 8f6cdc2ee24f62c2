// The guard's part of the run's record: finishes the record if the front dies before doing so.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "guard/protocol.hpp"
#include "model/lost_run.hpp"
#include "os/clock.hpp"

namespace oversee::guard {

class HeldRecord {
 public:
  explicit HeldRecord(model::FinishLostRun told) : finish_(told) {}

  void hold(const RecordFacts& facts) {
    using model::Instant;
    if (facts.run_id.empty()) return;  // a guard of a hook: a hook has no record
    lost_.emplace(model::LostRun{
        .id = facts.run_id, .json_path = facts.json_path, .started = Instant(facts.started), .attempt = {}});
    lost_->attempt.number = facts.attempt;
    lost_->attempt.reason = model::Reason::supervisor_lost;
    lost_->attempt.started = {Instant(facts.attempt_started), model::WallTime(facts.attempt_started_wall)};
  }
  // The front finishes the record itself.
  void release() { lost_.reset(); }
  bool held() const { return lost_.has_value(); }

  void leader_exited(const LeaderExited& exited) {
    if (!lost_) return;
    lost_->attempt.exit_code = exited.exit_code();
    lost_->attempt.signal = exited.signal();
  }

  struct End {
    model::Usage usage;
    Survivors left;
    bool let_go = false;  // they may live on; else they could not be killed
    model::ProcView proc = model::ProcView::all;
    model::Containment containment = model::Containment::subreaper;
  };
  void finish(End end) {
    if (!lost_) return;
    model::AttemptResult& attempt = lost_->attempt;
    attempt.usage = end.usage;
    attempt.proc = end.proc;
    attempt.containment = end.containment;
    if (end.let_go) {
      attempt.leaked = std::move(end.left.processes);
      attempt.leaked_more = end.left.more;
      attempt.leaked_live = true;
    } else {
      attempt.unkilled.assign(end.left.processes.begin(), end.left.processes.end());
      attempt.unkilled_more = end.left.more;
    }
    attempt.finished = os::read_clock();
    finish_(*lost_);
    lost_.reset();
  }

 private:
  model::FinishLostRun finish_;
  std::optional<model::LostRun> lost_;  // the record, if the front died now
};

}  // namespace oversee::guard
