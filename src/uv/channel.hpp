// A socket to another process of oversee, for small messages both ways.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "uv/loop.hpp"

namespace oversee::uv {

class Channel {
 public:
  struct Callbacks {
    std::function<void(std::string_view)> on_bytes;  // dead on return
    std::function<void()> on_end;                    // the peer has closed; the last call
  };

  // Takes ownership of a stream socket.
  Channel(Loop& loop, int fd, Callbacks callbacks);

  // An errno if libuv refused the descriptor: then nothing is sent or received. Else 0.
  int error() const { return error_; }

  // Writes at once if the socket takes it, else queues. A dead peer is reported by on_end, not here.
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
