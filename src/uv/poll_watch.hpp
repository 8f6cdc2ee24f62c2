// Watches a descriptor without a libuv type for readability or writability.
#pragma once

#include <cstdint>
#include <functional>

#include "uv/loop.hpp"

namespace oversee::uv {

enum class Direction : std::uint8_t { readable, writable };

// The caller owns the descriptor, which must outlive this object; libuv makes it non-blocking.
class PollWatch {
 public:
  PollWatch(Loop& loop, int fd, std::function<void()> on_ready, Direction direction = Direction::readable);

  void pause();
  void resume();

 private:
  std::function<void()> on_ready_;
  const Direction direction_;
  Handle<uv_poll_t, PollWatch> handle_;
};

}  // namespace oversee::uv
