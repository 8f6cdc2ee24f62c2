// The writing thread and its ring.
#include "uv/background_writer.hpp"

#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

#include "model/mechanism.hpp"

namespace oversee::uv {
namespace {

// Up to the high mark write() accepts more; the chunks of two readers still fit above it.
constexpr std::size_t kRing = 1024 * 1024;
constexpr std::size_t kHighMark = kRing / 2;
constexpr std::size_t kLowMark = kRing / 4;

// A larger write would block on a full pipe for longer than its reader needs. During drain() a write is at most a page
// of whole lines: this shows progress with a slow reader, as opposed to a stalled one.
constexpr std::size_t kLargestWrite = 64 * 1024;
constexpr std::size_t kSmallWrite = PIPE_BUF;

// Blocks until it has written once. The description may be non-blocking (others share it): then poll() waits instead.
ssize_t write_once(int fd, const char* data, std::size_t size) {
  while (true) {
    const ssize_t written = ::write(fd, data, size);
    if (written >= 0) return written;
    if (errno == EAGAIN) {
      pollfd writable{fd, POLLOUT, 0};
      (void)::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return -1;
    }
  }
}

}  // namespace

void BackgroundWriter::join(Loop& loop) {
  const std::lock_guard lock(mutex_);
  async_.emplace(this);
  uv_async_init(loop.raw(), async_->get(), [](uv_async_t* handle) {
    if (auto* self = Handle<uv_async_t, BackgroundWriter>::owner(handle)) self->notified();
  });
  uv_unref(async_->base());
  if (error_ != 0) notify();
}

void BackgroundWriter::leave() {
  const std::lock_guard lock(mutex_);
  async_.reset();
}

// Call with the mutex held, so that no thread notifies a loop after leave().
void BackgroundWriter::notify() {
  if (async_) uv_async_send(async_->get());
}

BackgroundWriter::~BackgroundWriter() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    quit_ = true;
    wake_.notify_one();
  }
  thread_.join();
}

bool BackgroundWriter::write(std::string_view bytes) {
  taken_ += bytes.size();
  if (!model::works(model::Mechanism::write_aside)) return write_here(bytes);
  bytes.remove_prefix(write_at_once(bytes));
  if (bytes.empty()) return true;
  return start_thread() ? queue(bytes) : write_here(bytes);
}

bool BackgroundWriter::offer(std::string_view bytes, model::Duration patience) {
  const std::size_t at_once = write_at_once(bytes);
  taken_ += at_once;
  bytes.remove_prefix(at_once);
  if (bytes.empty()) return true;
  if (start_thread()) {
    (void)queue(bytes);
  } else if (!write_if_room(bytes, patience)) {
    return false;
  }
  taken_ += bytes.size();
  return true;
}

// False: the user's limit on threads is reached.
bool BackgroundWriter::start_thread() {
  if (thread_.joinable()) return true;
  ring_ = std::make_unique_for_overwrite<char[]>(kRing);
  try {
    thread_ = std::thread([this] { work(); });
    return true;
  } catch (const std::system_error& none) {
    ring_.reset();
    return false;
  }
}

bool BackgroundWriter::queue(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  if (error_ != 0) return true;
  const bool asleep = empty();
  append(bytes);
  if (asleep) {
    progressed_ = std::chrono::steady_clock::now();
    wake_.notify_one();
  }
  full_ = size_ >= kHighMark;
  return !full_;
}

// Returns how many bytes were written without blocking: a reader that keeps up costs no copy and no thread. The thread
// meets and reports any error of the descriptor.
std::size_t BackgroundWriter::write_at_once(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  std::size_t done = 0;
  while (at_once_ && empty() && done < bytes.size()) {
    const std::string_view rest = bytes.substr(done);
    iovec part{const_cast<char*>(rest.data()), rest.size()};
    const ssize_t written = ::pwritev2(fd_, &part, 1, -1, RWF_NOWAIT);
    if (written < 0 && errno != EAGAIN) {
      at_once_ = errno == EINTR;
      break;
    }
    done += written > 0 ? static_cast<std::size_t>(written) : 0;
    const bool full = done < bytes.size();
    if (!full || bytes.size() < kUsualPipe || size_of_pipe_.asked() || !size_of_pipe_.grow(fd_)) break;
  }
  written_ += done;
  return done;
}

// For when no thread can be created. Tests also use it, to see deadlines missed.
bool BackgroundWriter::write_here(std::string_view bytes) {
  while (!bytes.empty() && error_ == 0) {
    const ssize_t written = write_once(fd_, bytes.data(), bytes.size());
    const std::lock_guard lock(mutex_);
    if (written < 0) {
      error_ = errno;
      notify();
    } else {
      written_ += static_cast<std::size_t>(written);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  return true;
}

// If poll() reports a writable pipe, PIPE_BUF bytes fit.
bool BackgroundWriter::write_if_room(std::string_view bytes, model::Duration patience) {
  pollfd writable{fd_, POLLOUT, 0};
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
  if (error_ != 0 || bytes.size() > PIPE_BUF || ::poll(&writable, 1, static_cast<int>(ms)) <= 0) return false;
  return write_here(bytes) && error_ == 0;
}

void BackgroundWriter::append(std::string_view bytes) {
  if (bytes.size() > kRing - size_ || !overflow_.empty()) {
    overflow_ += bytes;
    return;
  }
  const std::size_t end = (begin_ + size_) % kRing;
  const std::size_t first = std::min(bytes.size(), kRing - end);
  std::memcpy(ring_.get() + end, bytes.data(), first);
  std::memcpy(ring_.get(), bytes.data() + first, bytes.size() - first);
  size_ += bytes.size();
}

bool BackgroundWriter::idle() const {
  const std::lock_guard lock(mutex_);
  return empty() || error_ != 0;
}

std::uint64_t BackgroundWriter::written() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

model::Duration BackgroundWriter::stalled_for() const {
  const std::lock_guard lock(mutex_);
  return empty() ? model::Duration() : std::chrono::steady_clock::now() - progressed_;
}

void BackgroundWriter::tell_when_written(std::uint64_t position) {
  const std::lock_guard lock(mutex_);
  awaited_ = position;
  look_for_awaited();
}

void BackgroundWriter::look_for_awaited() {
  if (!awaited_ || written_ < *awaited_) return;
  awaited_.reset();
  reached_ = true;
  notify();
}

void BackgroundWriter::tell_error_again() {
  const std::lock_guard lock(mutex_);
  if (error_ == 0) return;
  error_told_ = false;
  notify();
}

void BackgroundWriter::write_by_lines(bool wanted) {
  const std::lock_guard lock(mutex_);
  by_lines_ = wanted;
}

void BackgroundWriter::give_up() {
  const std::lock_guard lock(mutex_);
  if (error_ == 0) error_ = ETIMEDOUT;
  error_told_ = true;
}

BackgroundWriter::Rest BackgroundWriter::drain(model::Duration patience, model::Duration bound) {
  std::unique_lock lock(mutex_);
  draining_ = true;
  const auto end = std::chrono::steady_clock::now() + bound;
  for (bool goes_on = true; goes_on && !empty() && error_ == 0;) {
    const auto until = std::min(std::chrono::steady_clock::now() + patience, end);
    const std::uint64_t before = written_;
    goes_on = progress_.wait_until(lock, until, [&] { return written_ != before || error_ != 0; });
  }
  draining_ = false;
  return {size_ + overflow_.size(), error_};
}

void BackgroundWriter::work() noexcept {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return !empty() || quit_ || error_ != 0; });
    if (empty() || error_ != 0) return;
    if (size_ == 0) refill();
    const char* data = ring_.get() + begin_;
    const std::size_t size = next_write();
    lock.unlock();
    const ssize_t written = write_once(fd_, data, size);
    const int error = written < 0 ? errno : 0;
    lock.lock();
    if (error != 0) {
      error_ = error;
      progress_.notify_one();
      notify();
      return;
    }
    written_ += static_cast<std::size_t>(written);
    progressed_ = std::chrono::steady_clock::now();
    if (draining_) progress_.notify_one();
    begin_ = (begin_ + static_cast<std::size_t>(written)) % kRing;
    size_ -= static_cast<std::size_t>(written);
    if (empty() || (full_ && size_ <= kLowMark)) notify();
    look_for_awaited();
  }
}

std::size_t BackgroundWriter::next_write() const {
  const std::size_t there = std::min(size_, kRing - begin_);
  if (!draining_ && !by_lines_) return std::min(there, kLargestWrite);
  const std::string_view small(ring_.get() + begin_, std::min(there, kSmallWrite));
  const std::size_t newline = small.rfind('\n');
  return newline == std::string_view::npos ? small.size() : newline + 1;
}

// Moves as much of the overflow as fits into the ring.
void BackgroundWriter::refill() {
  const std::size_t size = std::min(overflow_.size(), kRing);
  begin_ = 0;
  size_ = size;
  std::memcpy(ring_.get(), overflow_.data(), size);
  overflow_.erase(0, size);
}

void BackgroundWriter::notified() noexcept {
  int error = 0;
  bool ready = false;
  {
    const std::lock_guard lock(mutex_);
    if (error_ != 0 && !error_told_) {
      error_told_ = true;
      error = error_;
    }
    ready = error_ != 0 || size_ <= kLowMark || std::exchange(reached_, false);
    if (ready) full_ = false;
  }
  if (error != 0 && on_error) on_error(error);
  if (ready && on_ready) on_ready();
}

}  // namespace oversee::uv
