// Writes to a descriptor that may block, off the loop: a stalled reader stalls a thread, never a deadline.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
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
  // Without a loop on_ready and on_error wait until there is one.
  explicit BackgroundWriter(int fd) : fd_(fd) {}
  BackgroundWriter(Loop& loop, int fd) : fd_(fd) { join(loop); }
  // Waits until all is written: whoever cannot wait for a stalled reader ends the process instead.
  ~BackgroundWriter() override;

  // Callbacks come from this loop until leave(), which is called before the loop's end.
  void join(Loop& loop);
  void leave();

  bool write(std::string_view bytes) override;
  bool idle() const override;

  // As write(), but never waits for longer than `patience` where no thread can be had: false, the bytes were not taken.
  bool offer(std::string_view bytes, model::Duration patience);

  // From now on the thread writes whole lines, at most PIPE_BUF bytes at a time: a pipe takes each write whole or not
  // at all (pipe(7)). Large writes are for output that somebody reads fast.
  void write_by_lines(bool wanted);

  // Bytes since the start: given to this, and written.
  std::uint64_t taken() const { return taken_; }
  std::uint64_t written() const;
  // Since when something waits and nothing of it was written; zero where nothing waits.
  model::Duration stalled_for() const;
  // on_ready is called once when so many bytes are written.
  void tell_when_written(std::uint64_t position);
  // on_error is called once more, where there was an error.
  void tell_error_again();

  // What a reader that is too slow has left.
  struct Rest {
    std::size_t bytes = 0;
    int error = 0;  // an errno: they cannot be written at all
  };

  // Waits, without the loop, until all is written; gives up when nothing was for `patience`, and after `bound`.
  Rest drain(model::Duration patience, model::Duration bound);
  // Drops what is not written yet, but for the bytes that a write which has begun may still write.
  void give_up();

 private:
  void work() noexcept;
  void notified() noexcept;
  void append(std::string_view bytes);
  std::size_t write_at_once(std::string_view bytes);
  bool write_here(std::string_view bytes);
  bool write_if_room(std::string_view bytes, model::Duration patience);
  bool start_thread();
  bool queue(std::string_view bytes);
  std::size_t next_write() const;
  void notify();
  void look_for_awaited();
  void refill();
  bool empty() const { return size_ == 0 && overflow_.empty(); }

  const int fd_;
  bool at_once_ = true;  // it knows how to write no more than it has room for (Linux 6.5: pipes and sockets)
  PipeSize size_of_pipe_;
  std::uint64_t taken_ = 0;
  std::thread thread_;

  mutable std::mutex mutex_;  // guards all below
  std::optional<Handle<uv_async_t, BackgroundWriter>> async_;
  std::condition_variable wake_;
  std::condition_variable progress_;
  bool draining_ = false;  // somebody waits for progress, to be seen in small steps
  bool by_lines_ = false;
  std::unique_ptr<char[]> ring_;
  std::uint64_t written_ = 0;
  std::chrono::steady_clock::time_point progressed_;  // or something began to wait
  std::optional<std::uint64_t> awaited_;              // a position, by tell_when_written()
  bool reached_ = false;                              // it is written, and on_ready is owed
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::string overflow_;  // what came after the ring was full; written after it
  int error_ = 0;
  bool full_ = false;  // write() said so, and on_ready is owed
  bool error_told_ = false;
  bool quit_ = false;
};

}  // namespace oversee::uv
