// Forwards oversee's standard input to the command's terminal, as if it were typed there.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "os/readiness.hpp"
#include "os/terminal_readers.hpp"
#include "uv/loop.hpp"
#include "uv/poll_watch.hpp"
#include "uv/terminal_stream.hpp"
#include "uv/timer.hpp"

namespace oversee::run {

// Holds one piece at a time and reads on when the terminal has taken it. Never blocks in a read or write, and never
// changes the mode of the input's open file description.
class InputForward {
 public:
  struct Callbacks {
    std::function<bool()> may_read;                  // called before each read of keys; false forbids it
    std::function<void(std::string_view)> on_bytes;  // gets the keys before they are passed on
  };

  // `input` remains the caller's; input and terminal must outlive this object. Without readers the input is keys.
  InputForward(uv::Loop& loop, int input, uv::TerminalStream& terminal, std::optional<os::TerminalReaders> readers,
               Callbacks callbacks);
  InputForward(const InputForward&) = delete;
  InputForward& operator=(const InputForward&) = delete;
  ~InputForward();

  // Starts to read, initially or after a pause.
  void start();
  void pause();

  // The command has written output, which may be a prompt.
  void output_came();

 private:
  void proceed();
  void take_keys();
  void give_lines();
  void take_line();
  bool type_ahead();
  void settle();
  void type_end();
  void wait_for_input();
  void look_later();
  bool reader_waits();
  bool hand_on();
  void finish();

  const int input_;
  uv::TerminalStream& terminal_;
  std::optional<os::TerminalReaders> readers_;
  Callbacks callbacks_;
  std::optional<os::Readiness> readiness_;  // none: the input is always readable
  std::unique_ptr<uv::PollWatch> watch_;
  uv::Timer look_;  // the next poll for a reader
  std::optional<model::Instant> next_look_;
  model::Duration interval_;
  std::optional<model::Instant> unknown_since_;
  std::string pending_;
  std::size_t ahead_ = 0;  // bytes typed or pending that are not yet consumed from the input
  std::pair<pid_t, pid_t> reader_{0, 0};
  int lines_given_ = 0;         // to this reader
  std::size_t in_line_ = 0;     // bytes typed since the last end of a line
  bool raw_end_typed_ = false;  // the end-of-file key was sent to a program that reads single keys
  bool wanted_ = false;
  bool ended_ = false;     // the input
  bool finished_ = false;  // the terminal is gone, or the end of the keys was passed on
};

}  // namespace oversee::run
