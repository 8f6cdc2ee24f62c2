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

// Writes at once as much as fits; the rest goes through one thread and a bounded ring per descriptor. Enlarges a pipe
// that gets much data, for all its users. The caller keeps the descriptor and its flags: the bytes get through in
// blocking and non-blocking mode, which others may change.
class BackgroundWriter final : public model::ByteSink {
 public:
  // Without a loop, on_ready and on_error wait until join().
  explicit BackgroundWriter(int fd) : fd_(fd) {}
  BackgroundWriter(Loop& loop, int fd) : fd_(fd) { join(loop); }
  // Blocks until everything is written: a caller that cannot wait for a stalled reader must end the process instead.
  ~BackgroundWriter() override;

  // Callbacks come from this loop until leave(), which must be called before the loop ends.
  void join(Loop& loop);
  void leave();

  bool write(std::string_view bytes) override;
  bool idle() const override;

  // Like write(), but if no thread can be created, waits at most `patience`. False: the bytes were not taken.
  bool offer(std::string_view bytes, model::Duration patience);

  // From now on the thread writes whole lines, at most PIPE_BUF bytes at a time, which a pipe takes atomically
  // (pipe(7)). Large writes are better for output with a fast reader.
  void write_by_lines(bool wanted);

  // Bytes since the start: accepted, and written.
  std::uint64_t taken() const { return taken_; }
  std::uint64_t written() const;
  // The time since the last progress while bytes are waiting; zero if none are.
  model::Duration stalled_for() const;
  // Calls on_ready once when this many bytes are written.
  void tell_when_written(std::uint64_t position);
  // Calls on_error once more if there was an error.
  void tell_error_again();

  // The bytes that a reader has not taken.
  struct Rest {
    std::size_t bytes = 0;
    int error = 0;  // an errno: the bytes cannot be written at all
  };

  // Blocks without the loop until everything is written. Gives up after `patience` without progress, and after `bound`.
  Rest drain(model::Duration patience, model::Duration bound);
  // Drops all unwritten bytes, except those of a write in progress.
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
  bool at_once_ = true;  // the descriptor supports RWF_NOWAIT (Linux 6.5: pipes and sockets)
  PipeSize size_of_pipe_;
  std::uint64_t taken_ = 0;
  std::thread thread_;

  mutable std::mutex mutex_;  // guards all members below
  std::optional<Handle<uv_async_t, BackgroundWriter>> async_;
  std::condition_variable wake_;
  std::condition_variable progress_;
  bool draining_ = false;  // drain() waits for progress, which needs small writes
  bool by_lines_ = false;
  std::unique_ptr<char[]> ring_;
  std::uint64_t written_ = 0;
  std::chrono::steady_clock::time_point progressed_;  // the last progress, or the start of the wait
  std::optional<std::uint64_t> awaited_;              // a position, from tell_when_written()
  bool reached_ = false;                              // the position is written; on_ready must be called
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::string overflow_;  // bytes beyond the full ring, written after it
  int error_ = 0;
  bool full_ = false;  // write() returned false; on_ready must be called
  bool error_told_ = false;
  bool quit_ = false;
};

}  // namespace oversee::uv
