// Runs tasks on threads.
#include "uv/background_task.hpp"

#include <csignal>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace oversee::uv {

struct BackgroundTask::Running {
  std::mutex mutex;
  uv_async_t* async = nullptr;  // null once the task is forgotten
  bool ended = false;
};

namespace {

// The same as os::start_thread, which this folder may not include.
bool start_thread(std::function<void()> work) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = true;
  try {
    std::thread(std::move(work)).detach();
  } catch (const std::system_error& none) {
    started = false;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started;
}

}  // namespace

BackgroundTask::BackgroundTask(Loop& loop) : async_(this) {
  uv_async_init(loop.raw(), async_.get(), [](uv_async_t* handle) {
    if (auto* self = Handle<uv_async_t, BackgroundTask>::owner(handle)) self->notified();
  });
  uv_unref(async_.base());
}

bool BackgroundTask::start(std::function<void()> work, std::function<void()> done) {
  forget();
  auto running = std::make_shared<Running>();
  running->async = async_.get();
  const bool started = start_thread([running, work = std::move(work)] {
    work();
    const std::lock_guard lock(running->mutex);
    running->ended = true;
    if (running->async != nullptr) uv_async_send(running->async);
  });
  if (!started) return false;
  running_ = std::move(running);
  done_ = std::move(done);
  uv_ref(async_.base());
  return true;
}

void BackgroundTask::forget() {
  const auto running = std::exchange(running_, {});
  if (!running) return;
  uv_unref(async_.base());
  const std::lock_guard lock(running->mutex);
  running->async = nullptr;
}

void BackgroundTask::notified() {
  if (!running_) return;
  {
    const std::lock_guard lock(running_->mutex);
    if (!running_->ended) return;
  }
  running_.reset();
  uv_unref(async_.base());
  std::exchange(done_, {})();
}

}  // namespace oversee::uv
