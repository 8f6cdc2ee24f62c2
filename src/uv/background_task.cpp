// Tasks over uv_queue_work.
#include "uv/background_task.hpp"

#include <utility>

namespace oversee::uv {

struct BackgroundTask::Running {
  uv_work_t request{};
  BackgroundTask* owner;
  std::function<void()> work;
  std::function<void()> done;
};

bool BackgroundTask::start(std::function<void()> work, std::function<void()> done) {
  forget();
  auto* running = new Running{.owner = this, .work = std::move(work), .done = std::move(done)};
  running->request.data = running;
  const int error = uv_queue_work(
      loop_.raw(), &running->request, [](uv_work_t* request) { static_cast<Running*>(request->data)->work(); },
      [](uv_work_t* request, int) {
        const std::unique_ptr<Running> ended(static_cast<Running*>(request->data));
        if (ended->owner == nullptr) return;
        ended->owner->running_ = nullptr;
        ended->done();
      });
  if (error != 0) {
    delete running;
    return false;
  }
  running_ = running;
  return true;
}

void BackgroundTask::forget() {
  if (running_ != nullptr) running_->owner = nullptr;
  running_ = nullptr;
}

}  // namespace oversee::uv
