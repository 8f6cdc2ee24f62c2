// Keeps the rest of a stream.
#include "report/overflow.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/byte_size.hpp"
#include "report/line_count.hpp"

namespace oversee::report {
namespace {

// The largest tail that is kept in memory until the stream ends.
constexpr std::uint64_t kLargestTail = 256 * 1024;

}  // namespace

bool Overflow::fits_within(std::uint64_t most, std::size_t size) {
  if (spill_ || tail_) return false;
  const bool spills = static_cast<bool>(policy_.spill);
  const std::uint64_t tail = spills ? 0 : std::min(most / 4, kLargestTail);
  if (head_ + size <= most - tail) {
    head_ += size;
    return true;
  }
  if (spills) spill_ = policy_.spill(stream_);
  if (!spill_) tail_.emplace(static_cast<std::size_t>(std::min(most / 4, kLargestTail)));
  return false;
}

void Overflow::add(std::string_view stamp, std::string_view text, std::string_view end) {
  if (spill_) {
    (void)spill(text);
  } else {
    tail_->add(stamp, text, end);
  }
}

std::uint64_t Overflow::spill(std::string_view bytes) {
  (void)spill_->sink->write(bytes);
  const auto lines = newlines_in(bytes);
  spilled_bytes_ += bytes.size();
  spilled_lines_ += lines;
  return lines;
}

model::StreamTally Overflow::tally(std::uint64_t lines) const {
  model::StreamTally tally{.lines = lines};
  if (spill_) {
    tally.spilled_bytes = spilled_bytes_;
    tally.spill_path = spill_->path;
  } else if (tail_) {
    tally.omitted_bytes = tail_->omitted_bytes();
    tally.omitted_lines = tail_->omitted_lines();
  }
  return tally;
}

Overflow::Remark Overflow::remark() const {
  const std::string_view name = to_string(stream_);
  if (spill_) {
    return {"spilled", fmt::format("{} bytes, {} lines of {}: from byte {} of {}", spilled_bytes_, spilled_lines_, name,
                                   spilled_before_, spill_->path)};
  }
  if (!tail_ || tail_->omitted_bytes() == 0) return {};
  return {"omitted", fmt::format("{}, {} lines of {}", model::describe_byte_size(tail_->omitted_bytes()),
                                 tail_->omitted_lines(), name)};
}

std::pair<std::string_view, std::string_view> Overflow::tail() const {
  return tail_ ? tail_->parts() : std::pair<std::string_view, std::string_view>{};
}

void Overflow::reset() {
  spilled_before_ += spilled_bytes_;
  head_ = spilled_bytes_ = spilled_lines_ = 0;
  tail_.reset();
  spill_.reset();
}

}  // namespace oversee::report
