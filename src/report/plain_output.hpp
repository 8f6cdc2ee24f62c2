// Makes output plain as it comes: for a terminal that is not the command's.
#pragma once

#include <string>
#include <string_view>

#include "model/escape_stripper.hpp"

namespace oversee::report {

// Takes escape sequences out, and of what is left makes all that is harmful a '?' but newlines, carriage returns and
// tabs. A sequence or a character may be cut anywhere and goes on with the next call.
class PlainOutput {
 public:
  void strip(std::string_view bytes, std::string& out);
  // Appends what was held back; to be called where nothing follows.
  void release(std::string& out);

 private:
  void pass_on(std::size_t size, std::string& out);

  model::EscapeStripper stripper_;
  std::string text_;  // stripped, and perhaps the start of a character
};

}  // namespace oversee::report
