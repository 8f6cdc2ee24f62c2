// Splits a byte stream into lines with bounded memory.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oversee::cli {

class LineCutter {
 public:
  struct Line {
    std::string_view text;  // without its newline; valid until the next call
    bool too_long = false;  // its text was discarded
  };

  // `longest` is in bytes, without the newline.
  explicit LineCutter(std::size_t longest) : longest_(longest) {}

  void add(std::string_view bytes);

  // The next complete line; none if its newline has not arrived.
  std::optional<Line> next();

  // At the end of the stream: the last line without a newline.
  std::optional<Line> rest();

 private:
  void forget_read();

  const std::size_t longest_;
  std::string kept_;
  std::size_t begin_ = 0;   // start of the next line
  std::size_t looked_ = 0;  // no newline between begin_ and here
  bool skipping_ = false;   // the current line is too long and its start is discarded
};

}  // namespace oversee::cli
