// Keeps the last part of a stream in a ring.
#include "report/bounded_tail.hpp"

#include <algorithm>
#include <cstring>

namespace oversee::report {
namespace {

// The longest stamp plus end; it dominates for lines of one byte, so the ring has its own bound.
constexpr std::size_t kFrame = 40;
constexpr std::size_t kLargestRing = 512 * 1024;

}  // namespace

BoundedTail::BoundedTail(std::size_t most_text)
    : most_text_(std::min(most_text, kLargestRing - kFrame)),
      capacity_(std::min(most_text_ * kFrame + kFrame, kLargestRing)),
      ring_(std::make_unique_for_overwrite<char[]>(capacity_)) {}

void BoundedTail::add(std::string_view stamp, std::string_view text, std::string_view end) {
  const bool line = text.ends_with('\n');
  if (text.size() > most_text_) {
    while (!records_.empty()) drop_oldest();
    omitted_bytes_ += text.size() - most_text_;
    text.remove_prefix(text.size() - most_text_);
    if (text.empty()) {
      omitted_lines_ += line ? 1 : 0;
      return;
    }
  }
  const std::size_t size = stamp.size() + text.size() + end.size();
  while (text_ + text.size() > most_text_ || size_ + size > capacity_) drop_oldest();
  for (const std::string_view part : {stamp, text, end}) {
    if (!part.empty()) append(part);
  }
  text_ += text.size();
  records_.push_back({static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(text.size()), line});
}

std::pair<std::string_view, std::string_view> BoundedTail::parts() const {
  const std::size_t first = std::min(size_, capacity_ - begin_);
  return {{ring_.get() + begin_, first}, {ring_.get(), size_ - first}};
}

void BoundedTail::drop_oldest() {
  const Record& oldest = records_.front();
  begin_ = (begin_ + oldest.size) % capacity_;
  size_ -= oldest.size;
  text_ -= oldest.text;
  omitted_bytes_ += oldest.text;
  omitted_lines_ += oldest.line ? 1 : 0;
  records_.pop_front();
}

void BoundedTail::append(std::string_view bytes) {
  const std::size_t end = (begin_ + size_) % capacity_;
  const std::size_t first = std::min(bytes.size(), capacity_ - end);
  std::memcpy(ring_.get() + end, bytes.data(), first);
  std::memcpy(ring_.get(), bytes.data() + first, bytes.size() - first);
  size_ += bytes.size();
}

}  // namespace oversee::report
