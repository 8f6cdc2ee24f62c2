// A tagged log as JSON Lines, for programs: the command's lines with stream and time, oversee's own with their keys.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "model/event.hpp"

namespace oversee::report {

// Is told what a LogVisitor is told, and prints an object a line:
// {"time_ms":12,"stream":"stdout","text":"compiling\n"},
// {"note":"attempt","text":"1 of 3"}. A line's own newline is in its text. A line longer than 8 KiB comes in pieces,
// cut between characters; one that is not UTF-8 has "base64" in the place of "text".
class JsonLogLines {
 public:
  using Print = std::function<void(std::string_view line)>;

  explicit JsonLogLines(Print print) : print_(std::move(print)) {}

  // A stamp tells the time of the text behind it; any other frame, that it is not known.
  void frame(std::string_view bytes);
  void text(model::Stream stream, std::string_view bytes);
  void note(std::string_view key, std::string_view text);

 private:
  void flush(std::size_t size);

  Print print_;
  std::optional<std::int64_t> time_ms_;
  model::Stream stream_ = model::Stream::out;
  std::string pending_;  // of one line
};

}  // namespace oversee::report
