// Channels over uv_pipe_t.
#include "uv/channel.hpp"

namespace oversee::uv {
namespace {

struct QueuedWrite {
  uv_write_t request{};
  std::string bytes;
};

}  // namespace

Channel::Channel(Loop& loop, int fd, Callbacks callbacks) : callbacks_(std::move(callbacks)), handle_(this) {
  uv_pipe_init(loop.raw(), handle_.get(), 0);
  error_ = -uv_pipe_open(handle_.get(), fd);
  if (error_ != 0) return;
  uv_read_start(
      handle_.stream(),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        auto* self = Handle<uv_pipe_t, Channel>::owner(handle);
        *buffer = self == nullptr ? uv_buf_init(nullptr, 0) : uv_buf_init(self->buffer_, sizeof self->buffer_);
      },
      [](uv_stream_t* stream, ssize_t count, const uv_buf_t*) {
        if (auto* self = Handle<uv_pipe_t, Channel>::owner(stream)) self->read(count);
      });
}

void Channel::send(std::string bytes) {
  if (!handle_) return;
  uv_buf_t buffer = uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size()));
  const int sent = uv_try_write(handle_.stream(), &buffer, 1);
  if (sent == static_cast<int>(bytes.size())) return;
  if (sent > 0) bytes.erase(0, static_cast<std::size_t>(sent));
  auto* write = new QueuedWrite{.bytes = std::move(bytes)};
  buffer = uv_buf_init(write->bytes.data(), static_cast<unsigned>(write->bytes.size()));
  write->request.data = write;
  const int error = uv_write(&write->request, handle_.stream(), &buffer, 1, [](uv_write_t* request, int status) {
    auto* self = Handle<uv_pipe_t, Channel>::owner(request->handle);
    delete static_cast<QueuedWrite*>(request->data);
    // A peer that has closed its end may have written before: reading finds the end behind its last bytes.
    const bool closed = status == UV_EPIPE || status == UV_ECONNRESET;
    if (status != 0 && !closed && self != nullptr) self->end();
  });
  if (error != 0) delete write;
}

void Channel::close() { handle_.close(); }

void Channel::end() noexcept {
  close();
  callbacks_.on_end();
}

void Channel::read(ssize_t count) noexcept {
  if (count == 0) return;
  if (count < 0) return end();
  callbacks_.on_bytes(std::string_view(buffer_, static_cast<std::size_t>(count)));
}

}  // namespace oversee::uv
