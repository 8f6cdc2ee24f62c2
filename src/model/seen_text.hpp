// A command's output as a person at a terminal sees it in the end: without escape sequences, and each line as it was
// drawn last.
#pragma once

#include <string>
#include <string_view>

namespace oversee::model {

// The line without its newline. Carriage return, backspace and the sequences that move within a line or erase some of
// it (CSI C, D, G, K; ECMA-48) do what a terminal does; other sequences and control characters but the tab show
// nothing. Every character counts as one column. Bytes that are not UTF-8 are kept.
std::string seen_line(std::string_view line);

// The same of a stream that comes in chunks. A line longer than the bound is seen in pieces.
class SeenText {
 public:
  // The lines that have ended, each with its newline; dead at the next call, or with the bytes.
  std::string_view feed(std::string_view bytes);
  // The stream is at its end: its last line, if it has no newline.
  std::string_view finish();
  // Another stream begins.
  void reset() { unfinished_.clear(); }

  static constexpr std::size_t kLongestLine = 64 * 1024;

 private:
  std::string unfinished_;
  std::string lines_;  // what the view that was returned is of
  std::string seen_;
};

}  // namespace oversee::model
