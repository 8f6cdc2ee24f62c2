// The master of a pseudo-terminal: reads the command's output and writes its input.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "uv/byte_reader.hpp"
#include "uv/loop.hpp"

namespace oversee::uv {

// Not a uv_pipe_t: that treats a short read with a hang-up as the end, but every read of a terminal is short. The end
// is EIO, once the last slave is closed and everything is read (pty(7)).
class TerminalStream final : public ByteReader {
 public:
  // Takes ownership of the descriptor. The caller owns the buffer, which several readers of one loop may share.
  TerminalStream(Loop& loop, int fd, std::span<char> buffer, Callbacks callbacks);
  ~TerminalStream() override;

  void start() override;
  void pause() override;
  void close() override;
  bool open() const override { return static_cast<bool>(handle_); }
  int fd() const override { return fd_; }

  // Writes as much as fits and returns the count; empty if the terminal is closed.
  std::optional<std::size_t> write(std::string_view bytes);
  // Calls once when there is room again; an empty function cancels the call.
  void when_writable(std::function<void()> callback);

 private:
  void watch() noexcept;
  void ready(int events) noexcept;
  void read() noexcept;

  int fd_;
  std::span<char> buffer_;
  Callbacks callbacks_;
  Handle<uv_poll_t, TerminalStream> handle_;
  bool wanted_ = false;  // start() without pause()
  std::function<void()> on_writable_;
};

}  // namespace oversee::uv
