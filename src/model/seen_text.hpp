// Renders output as a terminal finally shows it: without escape sequences, and each line as it was last drawn.
#pragma once

#include <string>
#include <string_view>

namespace oversee::model {

// Takes the line without its newline. Applies carriage return, backspace, and the sequences that move within or erase
// part of a line (CSI C, D, G, K; ECMA-48). Drops other sequences and control characters except tab. Each character
// counts as one column. Keeps bytes that are not UTF-8.
std::string seen_line(std::string_view line);

// Like seen_line(), for a stream in chunks. A line longer than kLongestLine is rendered in pieces.
class SeenText {
 public:
  // Returns the completed lines with their newlines; the view is valid until the next call and as long as `bytes`.
  std::string_view feed(std::string_view bytes);
  // Call at the end of the stream: returns the last line if it lacks a newline.
  std::string_view finish();
  // Call before another stream.
  void reset() { unfinished_.clear(); }

  static constexpr std::size_t kLongestLine = 64 * 1024;

 private:
  std::string unfinished_;
  std::string lines_;  // backs the returned view
  std::string seen_;
};

}  // namespace oversee::model
