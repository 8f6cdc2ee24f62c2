// Splits a tagged log into the command's bytes and oversee's; a visitor uses them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/event.hpp"

namespace oversee::report {

// Receives a log in order: frames and texts concatenated are the log. A span is dead on return.
class LogVisitor {
 public:
  LogVisitor() = default;
  LogVisitor(const LogVisitor&) = delete;
  LogVisitor& operator=(const LogVisitor&) = delete;
  virtual ~LogVisitor() = default;

  // The next bytes of the command, including a line's newline if it wrote one. Long lines come in pieces.
  virtual void text(model::Stream stream, std::string_view bytes) = 0;

  // Bytes not from the command: stamps, oversee's lines, added newlines, damaged lines.
  virtual void frame(std::string_view bytes) = 0;

  // A whole line of oversee's, after its frame: "# omitted   12MiB, 3 lines of stdout" has the key "omitted". A line
  // longer than any parsed one is truncated.
  virtual void note(std::string_view key, std::string_view text) = 0;
};

// Reads TaggedLog's format in chunks split at any byte; buffers at most a stamp and a note.
class LogReader {
 public:
  // The caller owns the visitor.
  explicit LogReader(LogVisitor& visitor) : visitor_(visitor) {}

  void read(std::string_view chunk);

  // Call at the end of the log: passes the buffered start of an incomplete line to the visitor.
  void finish();

 private:
  enum class State : std::uint8_t {
    start,  // at the start of a line; `held_` has its first bytes
    whole,  // in the text of a line that ended in a newline
    open,   // in the text of a line without one
    note,
    unknown,  // in a line of neither format: the log is damaged
  };

  std::string_view begin_line(std::string_view rest);
  void end_note();

  LogVisitor& visitor_;
  State state_ = State::start;
  model::Stream stream_ = model::Stream::out;
  std::string held_;
};

}  // namespace oversee::report
