// Cuts a stream of bytes into lines, of which none can make memory grow past a bound.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oversee::cli {

class LineCutter {
 public:
  struct Line {
    std::string_view text;  // without its newline; dead at the next call
    bool too_long = false;  // its text is gone
  };

  // `longest` is in bytes, the newline not counted.
  explicit LineCutter(std::size_t longest) : longest_(longest) {}

  void add(std::string_view bytes);

  // The next line that has its newline; none where that has not come yet.
  std::optional<Line> next();

  // At the end of the stream: what has no newline.
  std::optional<Line> rest();

 private:
  void forget_read();

  const std::size_t longest_;
  std::string kept_;
  std::size_t begin_ = 0;   // of the next line
  std::size_t looked_ = 0;  // no newline is from begin_ to here
  bool skipping_ = false;   // the line that begins there was too long, and its start is gone
};

}  // namespace oversee::cli
