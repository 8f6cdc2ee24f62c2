// When a pipe is better left alone for a moment than read at once: a rule on the sizes and times of its reads.
#pragma once

#include <cstddef>

#include "model/clock.hpp"

namespace oversee::model {

// Small reads in quick succession: each wake-up costs us, and through epoll each write costs the writer, more than the
// bytes are worth. So the pipe rests, too shortly for a person or a deadline, and what has gathered is read at one go.
// But a rest in which the pipe fills makes the writer wait: that one is to be read as fast as it writes.
class ReadPace {
 public:
  // Bytes that a pipe holds, once it has been made as large as it may be.
  explicit ReadPace(std::size_t pipe_size);

  // A read brought `count` bytes; `more` where it filled its buffer, so that more may wait. Whether to rest now.
  bool rest_after(std::size_t count, bool more, Instant now);

 private:
  bool worth_another(std::size_t gathered);

  const std::size_t pipe_size_;
  Instant last_read_{};
  int small_reads_ = 0;       // in a row, each soon after the one before
  int patience_;              // how many of them count as a stream of small writes
  bool rested_ = false;       // what gathered in the last rest is being read
  std::size_t gathered_ = 0;  // of it, so far
};

}  // namespace oversee::model
