// The wait for a slot of the run's group, on the loop. What becomes of the run is the supervisor's affair.
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
    std::function<void()> on_full;      // and the run is not to wait
    std::function<void()> on_too_long;  // its patience is over
    std::function<void(const model::Failure&)> on_failed;
    std::function<void()> on_still_waiting;  // after a second, and again after each heartbeat
  };

  // The queue outlives this.
  SlotWait(uv::Loop& loop, model::SlotQueue& queue, model::TimeLimit patience, model::TimeLimit heartbeat,
           Callbacks callbacks);

  // One of the first four callbacks follows, at once where nobody is in the way.
  void begin();

  // Gives up the place in the queue; nothing is called back any more.
  void end();

  // oversee is about to be stopped: who stands still holds up nobody behind it.
  void suspend() { rest(); }
  // It was, for so long, which is none of its patience; it waits at the queue's end.
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
