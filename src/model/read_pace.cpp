// Decides when a reader pauses.
#include "model/read_pace.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace oversee::model {
namespace {

constexpr std::size_t kSmallRead = 16 * 1024;
constexpr auto kSoon = std::chrono::microseconds(500);
constexpr int kLeastPatience = 8;
constexpr int kMostPatience = 4096;

}  // namespace

ReadPace::ReadPace(std::size_t pipe_size) : pipe_size_(pipe_size), patience_(kLeastPatience) {}

bool ReadPace::rest_after(std::size_t count, bool more, Instant now) {
  const bool soon = now - last_read_ < kSoon;
  last_read_ = now;
  if (rested_) {
    gathered_ += count;
    if (more) return false;  // empty the pipe first
    rested_ = worth_another(std::exchange(gathered_, 0));
    return rested_;
  }
  small_reads_ = soon && count < kSmallRead ? small_reads_ + 1 : 0;
  rested_ = small_reads_ >= patience_;
  return rested_;
}

bool ReadPace::worth_another(std::size_t gathered) {
  small_reads_ = 0;
  const bool was_full = gathered >= pipe_size_ / 4 * 3;  // three quarters, as small writes leave pages half empty
  patience_ = was_full ? std::min(patience_ * 2, kMostPatience) : kLeastPatience;
  return gathered >= kSmallRead && !was_full;
}

}  // namespace oversee::model
