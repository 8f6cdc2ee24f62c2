// Reads the command's output from a pipe: fast for large writes, cheap for small ones, and never long enough to delay a
// deadline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "model/read_pace.hpp"
#include "uv/byte_reader.hpp"
#include "uv/loop.hpp"
#include "uv/pipe_size.hpp"

namespace oversee::uv {

class PipeReader final : public ByteReader {
 public:
  // Takes ownership of the descriptor. The caller owns the buffer, which several readers of one loop may share.
  PipeReader(Loop& loop, int fd, std::span<char> buffer, Callbacks callbacks);

  void start() override;
  void pause() override;
  void close() override;
  bool open() const override { return static_cast<bool>(handle_); }
  int fd() const override;

 private:
  void read_on() noexcept;
  void read(ssize_t count) noexcept;
  void fit_reads(std::uint64_t took);
  void rest(std::uint64_t milliseconds) noexcept;
  void rest_is_over() noexcept;

  std::span<char> buffer_;
  std::size_t next_read_;  // size of the next read
  Callbacks callbacks_;
  Handle<uv_pipe_t, PipeReader> handle_;
  Handle<uv_timer_t, PipeReader> rest_;
  model::ReadPace pace_;
  bool wanted_ = false;   // by the owner: start() without pause()
  bool resting_ = false;  // paused by the reader itself
  PipeSize size_of_pipe_;
};

}  // namespace oversee::uv
