// Makes a stream of output plain, for a terminal that is not the command's.
#pragma once

#include <string>
#include <string_view>

#include "model/escape_stripper.hpp"

namespace oversee::report {

// Removes escape sequences and replaces harmful characters by '?', except newline, carriage return and tab. A sequence
// or a character may be split at any byte and continue in the next call.
class PlainOutput {
 public:
  void strip(std::string_view bytes, std::string& out);
  // Appends the buffered bytes; call it at the end of the text.
  void release(std::string& out);

 private:
  void pass_on(std::size_t size, std::string& out);

  model::EscapeStripper stripper_;
  std::string text_;  // stripped text that may end in an incomplete character
};

}  // namespace oversee::report
