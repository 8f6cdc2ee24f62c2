// Work that may block, off the loop: on a thread of libuv's pool, with word of its end on the loop.
#pragma once

#include <functional>

#include "uv/loop.hpp"

namespace oversee::uv {

// One at a time. The threads are started with the first task: who has none pays for none.
class BackgroundTask {
 public:
  explicit BackgroundTask(Loop& loop) : loop_(loop) {}
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

  Loop& loop_;
  Running* running_ = nullptr;  // its own: it ends with its work
};

}  // namespace oversee::uv
