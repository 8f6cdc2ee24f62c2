// How much a pipe holds, and how it is made to hold more.
#pragma once

#include <fcntl.h>

#include <cstddef>

namespace oversee::uv {

// Of a pipe that nobody has changed (pipe(7)).
inline constexpr std::size_t kUsualPipe = 64 * 1024;

// As much as anybody may ask for by default.
inline constexpr int kLargePipe = 1 << 20;

// Asks for a large pipe, once. It is refused without harm where the descriptor is of none, or the user's quota is used
// up.
class PipeSize {
 public:
  bool asked() const { return asked_; }

  // Whether the pipe is large.
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
