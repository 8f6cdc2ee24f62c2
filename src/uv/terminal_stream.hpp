// The master of a pseudo-terminal: what the command prints is read here, what is typed for it is written here.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "uv/byte_reader.hpp"
#include "uv/loop.hpp"

namespace oversee::uv {

// Not a uv_pipe_t: that takes a short read beside a hang-up for the end, and of a terminal every read is short. The end
// is EIO, which comes once the last slave is closed and all is read (pty(7)).
class TerminalStream final : public ByteReader {
 public:
  // Takes the descriptor over. The buffer is the caller's and may serve several readers of one loop.
  TerminalStream(Loop& loop, int fd, std::span<char> buffer, Callbacks callbacks);
  ~TerminalStream() override;

  void start() override;
  void pause() override;
  void close() override;
  bool open() const override { return static_cast<bool>(handle_); }
  int fd() const override { return fd_; }

  // Writes what finds room at once, and returns how much that was; none where the terminal is gone.
  std::optional<std::size_t> write(std::string_view bytes);
  // Calls once, when there is room again; an empty function calls the call off.
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
