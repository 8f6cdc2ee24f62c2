// Reads and writes the master over uv_poll_t.
#include "uv/terminal_stream.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace oversee::uv {
namespace {

// A read from a terminal returns at most a page; several are joined, up to a size that does not delay other callbacks.
constexpr std::size_t kLargestPiece = 64 * 1024;

}  // namespace

TerminalStream::TerminalStream(Loop& loop, int fd, std::span<char> buffer, Callbacks callbacks)
    : fd_(fd),
      buffer_(buffer.first(std::min(buffer.size(), kLargestPiece))),
      callbacks_(std::move(callbacks)),
      handle_(this) {
  if (uv_poll_init(loop.raw(), handle_.get(), fd) == 0) return;
  handle_.discard();
  ::close(std::exchange(fd_, -1));
}

TerminalStream::~TerminalStream() { close(); }

void TerminalStream::start() {
  wanted_ = true;
  watch();
}

void TerminalStream::pause() {
  wanted_ = false;
  watch();
}

void TerminalStream::close() {
  if (!handle_) return;
  handle_.close();
  ::close(std::exchange(fd_, -1));
  on_writable_ = nullptr;
}

std::optional<std::size_t> TerminalStream::write(std::string_view bytes) {
  if (!handle_) return {};
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count = ::write(fd_, bytes.data() + written, bytes.size() - written);
    if (count > 0) {
      written += static_cast<std::size_t>(count);
    } else if (count == 0 || errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      return {};
    }
  }
  return written;
}

void TerminalStream::when_writable(std::function<void()> callback) {
  on_writable_ = std::move(callback);
  watch();
}

void TerminalStream::watch() noexcept {
  if (!handle_) return;
  const int events = (wanted_ ? UV_READABLE : 0) | (on_writable_ ? UV_WRITABLE : 0);
  if (events == 0) {
    uv_poll_stop(handle_.get());
    return;
  }
  uv_poll_start(handle_.get(), events, [](uv_poll_t* handle, int status, int happened) {
    auto* self = Handle<uv_poll_t, TerminalStream>::owner(handle);
    // The read or write reports the error.
    if (self != nullptr) self->ready(status < 0 ? UV_READABLE | UV_WRITABLE : happened);
  });
}

void TerminalStream::ready(int events) noexcept {
  if ((events & UV_WRITABLE) != 0 && on_writable_) {
    const auto callback = std::exchange(on_writable_, nullptr);
    callback();
    watch();
  }
  if (handle_ && wanted_ && (events & UV_READABLE) != 0) read();
}

void TerminalStream::read() noexcept {
  std::size_t size = 0;
  std::optional<int> end;
  while (size < buffer_.size() && !end) {
    const ssize_t count = ::read(fd_, buffer_.data() + size, buffer_.size() - size);
    if (count > 0) {
      size += static_cast<std::size_t>(count);
    } else if (count == 0 || errno == EIO) {
      end = 0;
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      end = errno;
    }
  }
  if (size > 0) callbacks_.on_bytes(std::string_view(buffer_.data(), size));
  if (!end || !handle_) return;
  close();
  callbacks_.on_end(*end);
}

}  // namespace oversee::uv
