// A tagged log as JSON Lines, for programs: the command's lines with stream and time, oversee's with their keys.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "model/event.hpp"

namespace oversee::report {

// Takes the calls of a LogVisitor and prints one object a line:
// {"time_ms":12,"stream":"stdout","text":"compiling\n"},
// {"note":"attempt","text":"1 of 3"}. The text includes the line's own newline. A line longer than 8 KiB is split
// between characters; a text that is not UTF-8 has the key "base64" instead of "text".
class JsonLogLines {
 public:
  using Print = std::function<void(std::string_view line)>;

  explicit JsonLogLines(Print print) : print_(std::move(print)) {}

  // A stamp sets the time of the text after it; any other frame makes it unknown.
  void frame(std::string_view bytes);
  void text(model::Stream stream, std::string_view bytes);
  void note(std::string_view key, std::string_view text);

 private:
  void flush(std::size_t size);

  Print print_;
  std::optional<std::int64_t> time_ms_;
  model::Stream stream_ = model::Stream::out;
  std::string pending_;  // the unprinted part of a line
};

}  // namespace oversee::report
