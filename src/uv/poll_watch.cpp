// Watches over uv_poll_t.
#include "uv/poll_watch.hpp"

namespace oversee::uv {

PollWatch::PollWatch(Loop& loop, int fd, std::function<void()> on_readable)
    : on_readable_(std::move(on_readable)), handle_(this) {
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
  uv_poll_start(handle_.get(), UV_READABLE, [](uv_poll_t* handle, int, int) {
    if (auto* self = Handle<uv_poll_t, PollWatch>::owner(handle)) self->on_readable_();
  });
}

}  // namespace oversee::uv
