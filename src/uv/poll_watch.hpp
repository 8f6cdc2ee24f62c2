// Readability of a descriptor that libuv has no type for.
#pragma once

#include <functional>

#include "uv/loop.hpp"

namespace oversee::uv {

// The descriptor stays the caller's and must outlive this; libuv makes it non-blocking.
class PollWatch {
 public:
  PollWatch(Loop& loop, int fd, std::function<void()> on_readable);

  void pause();
  void resume();

 private:
  std::function<void()> on_readable_;
  Handle<uv_poll_t, PollWatch> handle_;
};

}  // namespace oversee::uv
