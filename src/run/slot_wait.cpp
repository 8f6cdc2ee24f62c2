// The first run in the queue is notified when a slot is freed. Each other run sleeps in the kernel until the run before
// it has left.
#include "run/slot_wait.hpp"

#include <utility>

#include "os/clock.hpp"

namespace oversee::run {
namespace {

using namespace std::chrono_literals;

constexpr auto kFirstNotice = 1s;

// The retry interval while another run holds the queue's mutex.
constexpr auto kBusy = 5ms;
// The kernel reports that a dead holder's file was closed a moment before it drops the lock.
constexpr auto kSettled = 1ms;
// The polling intervals in case no notification arrives, because it may not be available.
constexpr auto kFirstLooks = 100ms;
constexpr auto kOthersLook = 2s;

}  // namespace

SlotWait::SlotWait(uv::Loop& loop, model::SlotQueue& queue, model::TimeLimit patience, model::TimeLimit heartbeat,
                   Callbacks callbacks)
    : queue_(queue),
      patience_(patience),
      heartbeat_(heartbeat),
      callbacks_(std::move(callbacks)),
      loop_(loop),
      look_(loop, [this] { look(); }),
      notice_(loop, [this] { notice(); }),
      too_long_(loop,
                [this] {
                  waiting_ = false;
                  callbacks_.on_too_long();
                }),
      task_(loop) {}

void SlotWait::begin() {
  begun_ = os::read_clock().instant;
  waiting_ = true;
  notice_.set(begun_ + kFirstNotice);
  if (patience_) too_long_.set(begun_ + *patience_);
  look();
}

void SlotWait::end() {
  waiting_ = false;
  rest();
}

void SlotWait::rest() {
  task_.forget();
  task_runs_ = false;
  news_.reset();
  for (uv::Timer* each : {&look_, &notice_, &too_long_}) each->set({});
  queue_.leave();
}

void SlotWait::resume(model::Duration stood_still) {
  stood_still_ += stood_still;
  const auto now = os::read_clock().instant;
  notice_.set(now + kFirstNotice);
  if (patience_) too_long_.set(begun_ + stood_still_ + *patience_);
  look();
}

void SlotWait::look() {
  if (!waiting_) return;
  const auto turn = queue_.look();
  if (turn && *turn == model::SlotQueue::Turn::busy) return look_in(kBusy);
  if (turn && *turn == model::SlotQueue::Turn::first) return wait_for_news();
  if (turn && *turn == model::SlotQueue::Turn::behind) return wait_for_next();
  waiting_ = false;
  news_.reset();
  for (uv::Timer* each : {&look_, &notice_, &too_long_}) each->set({});
  if (!turn) return callbacks_.on_failed(turn.error());
  *turn == model::SlotQueue::Turn::taken ? callbacks_.on_taken() : callbacks_.on_full();
}

void SlotWait::wait_for_news() {
  if (const int news = queue_.news(); news >= 0 && !news_) {
    news_ = std::make_unique<uv::PollWatch>(loop_, news, [this] {
      queue_.forget_news();
      look_in(kSettled);
    });
    look_in(kSettled);  // a slot that was freed before the watch began is not reported
    return;
  }
  look_in(kFirstLooks);
}

void SlotWait::wait_for_next() {
  look_in(kOthersLook);
  if (task_runs_) return;
  task_runs_ = task_.start(queue_.wait_for_next(), [this] {
    task_runs_ = false;
    look();
  });
  if (!task_runs_) look_in(kFirstLooks);
}

void SlotWait::look_in(model::Duration time) { look_.set(os::read_clock().instant + time); }

void SlotWait::notice() {
  callbacks_.on_still_waiting();
  if (heartbeat_) notice_.set(os::read_clock().instant + *heartbeat_);
}

}  // namespace oversee::run
