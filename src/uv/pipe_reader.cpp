// Reads pipes over uv_pipe_t.
#include "uv/pipe_reader.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace oversee::uv {
namespace {

// The pause of model::ReadPace.
constexpr std::uint64_t kRest = 1;  // ms

// libuv reads a full pipe 32 times before it runs timers: 8 MiB, and with short lines all reporters take a second for
// these. So a turn of the loop ends after kLongestTurn, and a read that alone takes this long makes the next one
// smaller.
constexpr std::uint64_t kLongestTurn = 4'000'000;  // ns
constexpr std::uint64_t kShortRead = 1'000'000;    // ns
constexpr std::size_t kSmallestRead = 16 * 1024;

}  // namespace

PipeReader::PipeReader(Loop& loop, int fd, std::span<char> buffer, Callbacks callbacks)
    : buffer_(buffer),
      next_read_(buffer.size()),
      callbacks_(std::move(callbacks)),
      handle_(this),
      rest_(this),
      pace_(kLargePipe) {
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
                                  : uv_buf_init(self->buffer_.data(), static_cast<unsigned>(self->next_read_));
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
  const bool more = size == next_read_;
  // In a large pipe the writer can continue while oversee writes. Requested only once the command writes a lot.
  if (size >= kUsualPipe) (void)size_of_pipe_.grow(fd());
  const std::uint64_t before = uv_hrtime();
  callbacks_.on_bytes(std::string_view(buffer_.data(), size));
  if (!handle_) return;
  const std::uint64_t after = uv_hrtime();
  fit_reads(after - before);
  if (pace_.rest_after(size, more, model::Instant{std::chrono::nanoseconds(after)}) && size_of_pipe_.grow(fd())) {
    rest(kRest);
  } else if (after > uv_now(handle_.base()->loop) * 1'000'000 + kLongestTurn) {
    rest(0);
  }
}

// Adapts the read size to the time that the callback took.
void PipeReader::fit_reads(std::uint64_t took) {
  if (took > kLongestTurn) {
    next_read_ = std::min(next_read_, std::max(next_read_ / 2, kSmallestRead));
  } else if (took < kShortRead) {
    next_read_ = std::min(next_read_ * 2, buffer_.size());
  }
}

// While resting the pipe is not in epoll, which saves the writer a wake-up per write. A rest of 0 ms only lets other
// due callbacks run.
void PipeReader::rest(std::uint64_t milliseconds) noexcept {
  resting_ = true;
  uv_read_stop(handle_.stream());
  uv_timer_start(
      rest_.get(),
      [](uv_timer_t* timer) {
        if (auto* self = Handle<uv_timer_t, PipeReader>::owner(timer)) self->rest_is_over();
      },
      milliseconds, 0);
}

void PipeReader::rest_is_over() noexcept {
  resting_ = false;
  read_on();
}

}  // namespace oversee::uv
