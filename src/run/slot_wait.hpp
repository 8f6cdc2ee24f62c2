// Waits on the loop for a slot of the run's group. The supervisor decides what follows.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "model/clock.hpp"
#include "model/slot_queue.hpp"
#include "uv/background_task.hpp"
#include "uv/loop.hpp"
#include "uv/poll_watch.hpp"
#include "uv/timer.hpp"

namespace oversee::run {

class SlotWait {
 public:
  struct Callbacks {
    std::function<void()> on_taken;
    std::function<void()> on_full;      // all slots are taken, and the run must not wait
    std::function<void()> on_too_long;  // the patience is over
    std::function<void(const model::Failure&)> on_failed;
    std::function<void()> on_still_waiting;  // after a second, and again after each heartbeat
  };

  // The queue must outlive this object.
  SlotWait(uv::Loop& loop, model::SlotQueue& queue, model::TimeLimit patience, model::TimeLimit heartbeat,
           Callbacks callbacks);

  // One of the first four callbacks follows, at once if no other run is ahead.
  void begin();

  // Gives up the place in the queue; no callback follows.
  void end();

  // Call before oversee is suspended: a suspended waiter must not block the others.
  void suspend() { rest(); }
  // Call after a suspension of this length, which does not count as waiting. The run joins the queue again at its end.
  void resume(model::Duration stood_still);

  bool waiting() const { return waiting_; }
  model::SlotQueue& queue() { return queue_; }
  model::Instant begun() const { return begun_; }

 private:
  void look();
  void wait_for_news();
  void wait_for_next();
  void look_in(model::Duration time);
  void notice();
  void rest();

  model::SlotQueue& queue_;
  const model::TimeLimit patience_;
  const model::TimeLimit heartbeat_;
  const Callbacks callbacks_;
  uv::Loop& loop_;
  uv::Timer look_;
  uv::Timer notice_;
  uv::Timer too_long_;
  uv::BackgroundTask task_;
  bool task_runs_ = false;
  std::unique_ptr<uv::PollWatch> news_;
  bool waiting_ = false;
  model::Instant begun_{};
  model::Duration stood_still_{};
};

}  // namespace oversee::run
