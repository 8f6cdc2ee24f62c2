// Reads a tagged log back into the bytes it was made from, piece by piece; what is done with them is the visitor's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/event.hpp"

namespace oversee::report {

// Told of a log in its order: frames and texts one behind the other are the log. No span outlives its call.
class LogVisitor {
 public:
  LogVisitor() = default;
  LogVisitor(const LogVisitor&) = delete;
  LogVisitor& operator=(const LogVisitor&) = delete;
  virtual ~LogVisitor() = default;

  // Of the command's own bytes the next ones, a line's newline included where it had one. Long lines come in pieces.
  virtual void text(model::Stream stream, std::string_view bytes) = 0;

  // What is not the command's: stamps, oversee's own lines, newlines that no command wrote, lines that are neither.
  virtual void frame(std::string_view bytes) = 0;

  // A whole line of oversee's, after its frame: "# omitted   12MiB, 3 lines of stdout" has the key "omitted". Of one
  // longer than any that is read by its text, the start.
  virtual void note(std::string_view key, std::string_view text) = 0;
};

// The format is TaggedLog's. Takes the log in chunks cut anywhere; holds no more of it than a stamp and a note.
class LogReader {
 public:
  // The visitor stays the caller's.
  explicit LogReader(LogVisitor& visitor) : visitor_(visitor) {}

  void read(std::string_view chunk);

  // The log is over: what was held back of a line that is not whole goes to the visitor.
  void finish();

 private:
  enum class State : std::uint8_t {
    start,  // at the start of a line; `held_` has what came of it
    whole,  // in the text of a line that had a newline
    open,   // in the text of one that had none
    note,
    unknown,  // in a line that is neither the command's nor oversee's: the log was damaged
  };

  std::string_view begin_line(std::string_view rest);
  void end_note();

  LogVisitor& visitor_;
  State state_ = State::start;
  model::Stream stream_ = model::Stream::out;
  std::string held_;
};

}  // namespace oversee::report
