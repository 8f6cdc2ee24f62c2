// Keeps both ends of the output.
#include "report/output_ends.hpp"

#include <algorithm>
#include <cstring>

namespace oversee::report {

void OutputRing::add(model::Stream stream, std::string_view bytes, bool broken) {
  if (bytes.empty()) return;
  if (!ring_) {
    ring_ = std::make_unique_for_overwrite<char[]>(kBytes);
    runs_ = std::make_unique_for_overwrite<Run[]>(kRuns);
  }
  if (bytes.size() > kBytes) {
    bytes.remove_prefix(bytes.size() - kBytes);
    broken = true;
  }
  if (size_ + bytes.size() > kBytes) drop(size_ + bytes.size() - kBytes);
  const bool goes_on = count_ != 0 && run(count_ - 1).stream == stream && !broken;
  if (!goes_on && count_ == kRuns) drop(run(0).size);
  const std::size_t end = (begin_ + size_) % kBytes;
  const std::size_t first = std::min(bytes.size(), kBytes - end);
  std::memcpy(ring_.get() + end, bytes.data(), first);
  std::memcpy(ring_.get(), bytes.data() + first, bytes.size() - first);
  size_ += bytes.size();
  const auto size = static_cast<std::uint32_t>(bytes.size());
  if (goes_on && count_ != 0) {
    run(count_ - 1).size += size;
  } else {
    bool& dropped = dropped_[model::index(stream)];
    run(count_++) = {size, stream, broken || dropped};
    dropped = false;
  }
}

void OutputRing::clear() {
  begin_ = size_ = first_run_ = count_ = 0;
  dropped_ = {};
}

// If bytes of a stream are dropped, its next run is marked as broken.
void OutputRing::drop(std::size_t bytes) {
  begin_ = (begin_ + bytes) % kBytes;
  size_ -= bytes;
  while (bytes != 0) {
    Run& oldest = run(0);
    if (oldest.size > bytes) {
      oldest.size -= static_cast<std::uint32_t>(bytes);
      oldest.broken = true;
      return;
    }
    bytes -= oldest.size;
    const model::Stream stream = oldest.stream;
    first_run_ = (first_run_ + 1) % kRuns;
    --count_;
    std::size_t next = 0;
    while (next < count_ && run(next).stream != stream) ++next;
    if (next < count_) {
      run(next).broken = true;
    } else {
      dropped_[model::index(stream)] = true;
    }
  }
}

void OutputRing::visit(const Piece& told) const {
  std::size_t at = begin_;
  for (std::size_t number = 0; number < count_; ++number) {
    const Run& each = run(number);
    const std::size_t first = std::min<std::size_t>(each.size, kBytes - at);
    told(each.stream, {ring_.get() + at, first}, each.broken);
    if (first < each.size) told(each.stream, {ring_.get(), each.size - first}, false);
    at = (at + each.size) % kBytes;
  }
}

void OutputEnds::add(model::Stream stream, std::string_view bytes) {
  if (in_head_ < OutputRing::kBytes) {
    const std::string_view part = bytes.substr(0, OutputRing::kBytes - in_head_);
    head_.add(stream, part, false);
    in_head_ += part.size();
    bytes.remove_prefix(part.size());
    if (bytes.empty()) return;
  }
  bool& cut = cut_[model::index(stream)];
  if (bytes.size() > kMostOfOneRead) {
    bytes.remove_prefix(bytes.size() - kMostOfOneRead);
    cut = true;
  }
  tail_.add(stream, bytes, cut);
  cut = false;
}

void OutputEnds::clear() {
  head_.clear();
  tail_.clear();
  in_head_ = 0;
  cut_ = {};
}

void OutputEnds::visit(const OutputRing::Piece& told) const {
  head_.visit(told);
  tail_.visit(told);
}

}  // namespace oversee::report
