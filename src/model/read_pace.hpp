// Decides from the sizes and times of reads when a reader should pause before the next read.
#pragma once

#include <cstddef>

#include "model/clock.hpp"

namespace oversee::model {

// Many small reads are inefficient: each costs the reader a wake-up and, through epoll, the writer more than the bytes
// are worth. So the reader pauses, too briefly for a person or a deadline to notice, and then reads everything at once.
// If the pipe fills during a pause, the pause blocks the writer: such a pipe is read without pauses.
class ReadPace {
 public:
  // The capacity of the pipe in bytes, after it was enlarged.
  explicit ReadPace(std::size_t pipe_size);

  // Call after a read of `count` bytes; `more` says that the read filled its buffer. Returns whether to pause now.
  bool rest_after(std::size_t count, bool more, Instant now);

 private:
  bool worth_another(std::size_t gathered);

  const std::size_t pipe_size_;
  Instant last_read_{};
  int small_reads_ = 0;       // consecutive, each soon after the previous one
  int patience_;              // the number of small reads that starts a pause
  bool rested_ = false;       // the reads since the last pause are not finished
  std::size_t gathered_ = 0;  // bytes read since that pause
};

}  // namespace oversee::model
