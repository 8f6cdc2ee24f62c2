// What is looked at before a tree is stopped: its processes, by ourselves, and by --on-timeout's line.
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

// All of it is made when it is needed: an attempt that has no deadline, or keeps it by far, pays for nothing. /proc is
// read on another thread, as it may make its reader wait; the loop goes on meanwhile.
class StopEvidence {
 public:
  struct Callbacks {
    std::function<void(const model::Event&)> publish;
    std::function<bool()> wanted;                              // what was looked for is still waited for
    std::function<void()> on_gathered;                         // after gather()
    std::function<void()> on_line_ended;                       // after run_line(), and not after kill_line()
    std::function<void()> on_guard_gone;                       // the line's
    std::function<std::optional<model::Instant>()> next_stop;  // when a deadline stops the attempt, as it looks now
  };

  // The masks are of what is told; null: there are none.
  StopEvidence(uv::Loop& loop, const model::RunSpec& spec, std::string run_id, const match::Masks* masks,
               Callbacks callbacks);

  // The command runs: everything below the root is its tree; nothing is looked at where /proc does not show it. The
  // environment is for the line.
  void watch(pid_t root, pid_t leader, bool shown, std::vector<std::string> environment);

  // next_stop may be another now. Some time before it the processor times are looked at, and shortly before it the
  // tree, so that what each process has used since is known, and the deadline itself waits for nothing.
  void reconsider();

  void gather(model::Duration silent);
  void run_line(model::Reason reason);
  void kill_line();
  // The attempt's guard is gone: the line's tree goes with the attempt's.
  void drop_line() {
    line_.reset();
    orphans_.reset();
  }

  // For the attempt's result, once it is done.
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
  std::shared_ptr<os::Snapshot> snapshot_;  // once it is begun
  bool looked_ = false;                     // it is there
  std::optional<model::Duration> asked_;    // gather()'s: it is waited for
  std::optional<model::Evidence> evidence_;
  std::vector<pid_t> tree_;
  std::unique_ptr<UserLine> line_;
  std::unique_ptr<OrphanKiller> orphans_;  // of the line's guard, should it be killed
  std::optional<model::UserLineResult> line_result_;
  bool killing_ = false;
};

}  // namespace oversee::run
