// The snapshot of the tree before it is stopped, and the --on-timeout hook.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "match/masks.hpp"
#include "model/event.hpp"
#include "model/run_spec.hpp"
#include "os/process_snapshot.hpp"
#include "run/orphan_killer.hpp"
#include "run/user_line.hpp"
#include "uv/background_task.hpp"
#include "uv/loop.hpp"
#include "uv/timer.hpp"

namespace oversee::run {

// Everything is allocated when needed: an attempt without a deadline, or far from it, costs nothing. Another thread
// reads /proc, because /proc can block its reader; the loop continues meanwhile.
class StopEvidence {
 public:
  struct Callbacks {
    std::function<void(const model::Event&)> publish;
    std::function<bool()> wanted;                              // whether the snapshot is still needed
    std::function<void()> on_gathered;                         // after gather()
    std::function<void()> on_line_ended;                       // after run_line(), but not after kill_line()
    std::function<void()> on_guard_gone;                       // the hook's guard was reaped
    std::function<std::optional<model::Instant>()> next_stop;  // when a deadline will stop the attempt, as of now
  };

  // `masks` are applied to published texts; null: none.
  StopEvidence(uv::Loop& loop, const model::RunSpec& spec, std::string run_id, const match::Masks* masks,
               Callbacks callbacks);

  // The command runs; its tree is all descendants of `root`. With shown = false no snapshot is taken, because /proc
  // does not show the tree. `environment` is the hook's.
  void watch(pid_t root, pid_t leader, bool shown, std::vector<std::string> environment);

  // Call when next_stop may have changed. Samples the processor times some time before it, and takes the snapshot
  // shortly before it: so each process's usage in between is known, and the stop itself is not delayed.
  void reconsider();

  void gather(model::Duration silent);
  void run_line(model::Reason reason);
  void kill_line();
  // The attempt's guard is gone: the hook's tree is killed together with the attempt's.
  void drop_line() {
    line_.reset();
    orphans_.reset();
  }

  // For the attempt's result; final once the attempt is done.
  std::optional<model::Evidence>& evidence() { return evidence_; }
  const std::optional<model::UserLineResult>& line_result() const { return line_result_; }
  bool guard_gone() const { return (!line_ || line_->guard_gone()) && (!orphans_ || orphans_->over()); }

 private:
  void look_ahead();
  bool comes_later(model::Duration ahead);
  void look(model::Instant until);
  void looked();
  void line_ended();
  void lines_guard_gone();

  uv::Loop& loop_;
  const model::RunSpec& spec_;
  const std::string run_id_;
  const match::Masks* masks_;
  Callbacks callbacks_;
  pid_t root_ = 0;
  pid_t leader_ = 0;
  bool shown_ = true;
  std::vector<std::string> environment_;
  std::optional<model::Instant> expected_;
  std::unique_ptr<uv::Timer> timer_;
  std::optional<uv::BackgroundTask> task_;
  std::optional<os::CpuLook> before_;
  std::shared_ptr<os::Snapshot> snapshot_;  // set once it was begun
  bool looked_ = false;                     // the snapshot is complete
  std::optional<model::Duration> asked_;    // the argument of gather(): the snapshot is awaited
  std::optional<model::Evidence> evidence_;
  std::vector<pid_t> tree_;
  std::unique_ptr<UserLine> line_;
  std::unique_ptr<OrphanKiller> orphans_;  // for the tree of the hook's guard, if that guard is killed
  std::optional<model::UserLineResult> line_result_;
  bool killing_ = false;
};

}  // namespace oversee::run
