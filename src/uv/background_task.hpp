// Runs blocking work on its own thread and reports its end to the loop.
#pragma once

#include <functional>
#include <memory>

#include "uv/loop.hpp"

namespace oversee::uv {

// One task at a time. Avoids libuv's pool: uv_queue_work aborts the process if it cannot create a thread.
class BackgroundTask {
 public:
  explicit BackgroundTask(Loop& loop);
  BackgroundTask(const BackgroundTask&) = delete;
  BackgroundTask& operator=(const BackgroundTask&) = delete;
  ~BackgroundTask() { forget(); }

  // `work` runs on another thread and must own what it touches, as it may outlive this object. `done` runs on the loop
  // unless the task was forgotten. False: no thread could be created, and nothing runs.
  bool start(std::function<void()> work, std::function<void()> done);

  // The work continues, but `done` is not called.
  void forget();

 private:
  struct Running;

  void notified();

  Handle<uv_async_t, BackgroundTask> async_;
  std::shared_ptr<Running> running_;  // shared with the thread
  std::function<void()> done_;
};

}  // namespace oversee::uv
