// Reads pipes over uv_pipe_t.
#include "uv/pipe_reader.hpp"

#include <fcntl.h>

#include <utility>

namespace oversee::uv {
namespace {

// A pipe of this size lets the writer run on while we write. It is asked for only once the command turns out to write
// a lot, and is refused without harm where the user's quota is used up (pipe(7)).
constexpr int kLargePipe = 1 << 20;
constexpr std::size_t kDefaultPipe = 64 * 1024;

// Small reads in quick succession: each wake-up costs us, and through epoll each write costs the writer, more than the
// bytes are worth. So the pipe is left alone for a moment and read at one go; too short for a person or a deadline.
constexpr std::size_t kSmallRead = 16 * 1024;
constexpr std::uint64_t kSoon = 500'000;  // ns between reads
constexpr int kPatience = 8;              // small reads in a row before it counts as a stream of them
constexpr std::uint64_t kRest = 1;        // ms

}  // namespace

PipeReader::PipeReader(Loop& loop, int fd, std::span<char> buffer, Callbacks callbacks)
    : buffer_(buffer), callbacks_(std::move(callbacks)), handle_(this), rest_(this) {
  uv_pipe_init(loop.raw(), handle_.get(), 0);
  uv_pipe_open(handle_.get(), fd);
  uv_timer_init(loop.raw(), rest_.get());
}

int PipeReader::fd() const {
  uv_os_fd_t fd = -1;
  if (handle_) uv_fileno(handle_.base(), &fd);
  return fd;
}

void PipeReader::start() {
  wanted_ = true;
  read_on();
}

void PipeReader::pause() {
  wanted_ = false;
  if (handle_) uv_read_stop(handle_.stream());
}

void PipeReader::close() {
  handle_.close();
  rest_.close();
}

void PipeReader::read_on() noexcept {
  if (!handle_ || !wanted_ || resting_) return;
  uv_read_start(
      handle_.stream(),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        auto* self = Handle<uv_pipe_t, PipeReader>::owner(handle);
        *buffer = self == nullptr ? uv_buf_init(nullptr, 0)
                                  : uv_buf_init(self->buffer_.data(), static_cast<unsigned>(self->buffer_.size()));
      },
      [](uv_stream_t* stream, ssize_t count, const uv_buf_t*) {
        if (auto* self = Handle<uv_pipe_t, PipeReader>::owner(stream)) self->read(count);
      });
}

void PipeReader::read(ssize_t count) noexcept {
  if (count == 0) return;  // libuv's EAGAIN, not the end
  if (count < 0) {
    close();
    callbacks_.on_end(count == UV_EOF ? 0 : static_cast<int>(-count));
    return;
  }
  const auto size = static_cast<std::size_t>(count);
  if (size >= kDefaultPipe) (void)grow();
  callbacks_.on_bytes(std::string_view(buffer_.data(), size));
  if (handle_) let_small_writes_gather(size);
}

bool PipeReader::grow() noexcept {
  if (size_asked_) return grown_;
  size_asked_ = true;
  grown_ = ::fcntl(fd(), F_SETPIPE_SZ, kLargePipe) >= kLargePipe;
  return grown_;
}

void PipeReader::let_small_writes_gather(std::size_t count) noexcept {
  const std::uint64_t now = uv_hrtime();
  const bool soon = now - last_read_ < kSoon;
  last_read_ = now;
  if (std::exchange(rested_, false)) {
    // Worth another rest as long as a rest brings a lot, and the pipe holds what comes.
    if (count < kSmallRead) small_reads_ = 0;
  } else {
    small_reads_ = soon && count < kSmallRead ? small_reads_ + 1 : 0;
  }
  if (small_reads_ < kPatience || !grow()) return;
  resting_ = true;
  uv_read_stop(handle_.stream());
  uv_timer_start(
      rest_.get(),
      [](uv_timer_t* timer) {
        if (auto* self = Handle<uv_timer_t, PipeReader>::owner(timer)) self->rest_is_over();
      },
      kRest, 0);
}

void PipeReader::rest_is_over() noexcept {
  resting_ = false;
  rested_ = true;
  read_on();
}

}  // namespace oversee::uv
