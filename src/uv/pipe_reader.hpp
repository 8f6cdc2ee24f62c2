// Reads the command's output from a pipe, fast for large writes and cheap for small ones.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "uv/loop.hpp"

namespace oversee::uv {

class PipeReader {
 public:
  struct Callbacks {
    std::function<void(std::string_view)> on_bytes;  // dead when the call returns; may pause or close the reader
    std::function<void(int error)> on_end;           // 0 at the end of the stream, else an errno; the last call
  };

  // Takes the descriptor over. The buffer is the caller's and may serve several readers of one loop.
  PipeReader(Loop& loop, int fd, std::span<char> buffer, Callbacks callbacks);

  void start();
  void pause();
  // Ends the reading and closes the descriptor; no callback follows.
  void close();

  bool open() const { return static_cast<bool>(handle_); }
  int fd() const;

 private:
  void read_on() noexcept;
  void read(ssize_t count) noexcept;
  bool grow() noexcept;
  void let_small_writes_gather(std::size_t count) noexcept;
  void rest_is_over() noexcept;

  std::span<char> buffer_;
  Callbacks callbacks_;
  Handle<uv_pipe_t, PipeReader> handle_;
  Handle<uv_timer_t, PipeReader> rest_;
  bool wanted_ = false;          // by the owner: start() without pause()
  bool resting_ = false;         // by ourselves
  bool rested_ = false;          // the next read is the first after a rest
  std::uint64_t last_read_ = 0;  // uv_hrtime of the last read, ns
  int small_reads_ = 0;          // in a row, each soon after the one before
  bool size_asked_ = false;
  bool grown_ = false;
};

}  // namespace oversee::uv
