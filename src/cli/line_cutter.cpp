// Buffers the incomplete line.
#include "cli/line_cutter.hpp"

namespace oversee::cli {

void LineCutter::add(std::string_view bytes) {
  forget_read();
  kept_ += bytes;
}

void LineCutter::forget_read() {
  kept_.erase(0, begin_);
  looked_ -= begin_;
  begin_ = 0;
}

std::optional<LineCutter::Line> LineCutter::next() {
  const std::size_t newline = kept_.find('\n', looked_);
  if (newline == std::string::npos) {
    looked_ = kept_.size();
    if (looked_ - begin_ > longest_) {
      skipping_ = true;
      begin_ = looked_;
      forget_read();
    }
    return {};
  }
  const std::string_view text = std::string_view(kept_).substr(begin_, newline - begin_);
  begin_ = looked_ = newline + 1;
  const bool too_long = skipping_ || text.size() > longest_;
  skipping_ = false;
  return Line{too_long ? std::string_view() : text, too_long};
}

std::optional<LineCutter::Line> LineCutter::rest() {
  const std::string_view text = std::string_view(kept_).substr(begin_);
  begin_ = looked_ = kept_.size();
  if (text.empty() && !skipping_) return {};
  const bool too_long = skipping_ || text.size() > longest_;
  skipping_ = false;
  return Line{too_long ? std::string_view() : text, too_long};
}

}  // namespace oversee::cli
