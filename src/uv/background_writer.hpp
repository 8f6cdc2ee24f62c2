// Writes to a descriptor that may block, off the loop: a stalled reader stalls a thread, never a deadline.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "model/byte_sink.hpp"
#include "model/duration.hpp"
#include "uv/loop.hpp"
#include "uv/pipe_size.hpp"

namespace oversee::uv {

// What there is room for is written at once; the rest goes through one thread and one bounded ring per descriptor. A
// pipe that gets a lot is made larger, for whoever uses it. The descriptor stays the caller's, its flags as they are:
// whatever mode its description is in (others share it), the bytes get through.
class BackgroundWriter final : public model::ByteSink {
 public:
  BackgroundWriter(Loop& loop, int fd);
  // Waits until all is written: whoever cannot wait for a stalled reader ends the process instead.
  ~BackgroundWriter() override;

  bool write(std::string_view bytes) override;
  bool idle() const override;

  // What a reader that is too slow has left.
  struct Rest {
    std::size_t bytes = 0;
    int error = 0;  // an errno: they cannot be written at all
  };

  // Waits, without the loop, until all is written; gives up when nothing was for `patience`, and after `bound`.
  Rest drain(model::Duration patience, model::Duration bound);

 private:
  void work() noexcept;
  void notified() noexcept;
  void append(std::string_view bytes);
  std::size_t write_at_once(std::string_view bytes);
  bool write_here(std::string_view bytes);
  void refill();
  bool empty() const { return size_ == 0 && overflow_.empty(); }

  const int fd_;
  bool at_once_ = true;  // it knows how to write no more than it has room for (Linux 6.5: pipes and sockets)
  PipeSize size_of_pipe_;
  Handle<uv_async_t, BackgroundWriter> async_;
  std::thread thread_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable wake_;
  std::condition_variable progress_;
  bool draining_ = false;  // somebody waits for progress, to be seen in small steps
  std::unique_ptr<char[]> ring_;
  std::uint64_t written_ = 0;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::string overflow_;  // what came after the ring was full; written after it
  int error_ = 0;
  bool full_ = false;  // write() said so, and on_ready is owed
  bool error_told_ = false;
  bool quit_ = false;
};

}  // namespace oversee::uv
