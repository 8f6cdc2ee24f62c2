// Watches over uv_poll_t.
#include "uv/poll_watch.hpp"

namespace oversee::uv {

PollWatch::PollWatch(Loop& loop, int fd, std::function<void()> on_ready, Direction direction)
    : on_ready_(std::move(on_ready)), direction_(direction), handle_(this) {
  if (uv_poll_init(loop.raw(), handle_.get(), fd) != 0) {
    handle_.discard();
    return;
  }
  resume();
}

void PollWatch::pause() {
  if (handle_) uv_poll_stop(handle_.get());
}

void PollWatch::resume() {
  if (!handle_) return;
  const int wanted = direction_ == Direction::readable ? UV_READABLE : UV_WRITABLE;
  uv_poll_start(handle_.get(), wanted, [](uv_poll_t* handle, int, int) {
    if (auto* self = Handle<uv_poll_t, PollWatch>::owner(handle)) self->on_ready_();
  });
}

}  // namespace oversee::uv
