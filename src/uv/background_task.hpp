// Work that may block, off the loop: on a thread of its own, whose end the loop is told of.
#pragma once

#include <functional>
#include <memory>

#include "uv/loop.hpp"

namespace oversee::uv {

// One at a time. Not by libuv's pool, which aborts the process where it can have no thread (uv_queue_work).
class BackgroundTask {
 public:
  explicit BackgroundTask(Loop& loop);
  BackgroundTask(const BackgroundTask&) = delete;
  BackgroundTask& operator=(const BackgroundTask&) = delete;
  ~BackgroundTask() { forget(); }

  // `work` runs elsewhere and owns all it touches, as it may outlive this; `done` runs on the loop, unless the task was
  // forgotten. False where there is no thread to be had; nothing is run then.
  bool start(std::function<void()> work, std::function<void()> done);

  // The work goes on, and nobody is told.
  void forget();

 private:
  struct Running;

  void notified();

  Handle<uv_async_t, BackgroundTask> async_;
  std::shared_ptr<Running> running_;  // with its thread
  std::function<void()> done_;
};

}  // namespace oversee::uv
