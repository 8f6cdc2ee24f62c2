// A socket to another process of ours: small messages both ways.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "uv/loop.hpp"

namespace oversee::uv {

class Channel {
 public:
  struct Callbacks {
    std::function<void(std::string_view)> on_bytes;  // dead when the call returns
    std::function<void()> on_end;                    // the other side is gone; the last call
  };

  // Takes the descriptor of a stream socket over.
  Channel(Loop& loop, int fd, Callbacks callbacks);

  // An errno, where libuv could not take it: then nothing is sent, and nothing comes. Else 0.
  int error() const { return error_; }

  // Written at once where the socket takes it, else queued. A dead peer shows as on_end, not here.
  void send(std::string bytes);
  void close();

 private:
  void read(ssize_t count) noexcept;
  void end() noexcept;

  char buffer_[4096] = {};
  Callbacks callbacks_;
  Handle<uv_pipe_t, Channel> handle_;
  int error_ = 0;
};

}  // namespace oversee::uv
