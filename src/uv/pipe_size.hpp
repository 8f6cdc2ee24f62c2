// The capacity of a pipe, and how to enlarge it.
#pragma once

#include <fcntl.h>

#include <cstddef>

namespace oversee::uv {

// The default capacity (pipe(7)).
inline constexpr std::size_t kUsualPipe = 64 * 1024;

// The default limit for unprivileged users.
inline constexpr int kLargePipe = 1 << 20;

// Requests a large pipe, once. Harmless if refused: the descriptor is not a pipe, or the user's quota is exhausted.
class PipeSize {
 public:
  bool asked() const { return asked_; }

  // Returns whether the pipe is large.
  bool grow(int fd) noexcept {
    if (!asked_) large_ = ::fcntl(fd, F_SETPIPE_SZ, kLargePipe) >= kLargePipe;
    asked_ = true;
    return large_;
  }

 private:
  bool asked_ = false;
  bool large_ = false;
};

}  // namespace oversee::uv
