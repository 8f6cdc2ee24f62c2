// Carries what comes in at oversee's standard input to the command's terminal, as if it were typed there.
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

// Holds a piece at a time: no more is read before the terminal has taken it. Never waits in a read or write, and never
// changes the mode of the input's description.
//
// Keys are read as they come. Any other input is the caller's, and what the command does not want stays there: a line
// is read when a process waits to read the terminal and has read all that was typed before. To one that reads on and on
// several lines are typed at once, and are taken from the input once they were read. At the end of the input each
// reader that waits is given an end of file.
class InputForward {
 public:
  struct Callbacks {
    std::function<bool()> may_read;                  // asked before each read of keys; without its leave none is read
    std::function<void(std::string_view)> on_bytes;  // told of keys before they are handed on
  };

  // The input stays the caller's; both it and the terminal outlive this. Without readers the input is keys.
  InputForward(uv::Loop& loop, int input, uv::TerminalStream& terminal, std::optional<os::TerminalReaders> readers,
               Callbacks callbacks);
  InputForward(const InputForward&) = delete;
  InputForward& operator=(const InputForward&) = delete;
  ~InputForward();

  // Reads on, from the making or after a pause.
  void start();
  void pause();

  // The command has written something, which may be a prompt.
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
  std::optional<os::Readiness> readiness_;  // none: it can always be read
  std::unique_ptr<uv::PollWatch> watch_;
  uv::Timer look_;  // when to look for a reader again
  std::optional<model::Instant> next_look_;
  model::Duration interval_;
  std::optional<model::Instant> unknown_since_;
  std::string pending_;
  std::size_t ahead_ = 0;  // bytes typed, or pending, that are still to be taken from the input
  std::pair<pid_t, pid_t> reader_{0, 0};
  int lines_given_ = 0;         // to this reader
  std::size_t in_line_ = 0;     // bytes typed since the last end of a line
  bool raw_end_typed_ = false;  // to a program that takes single keys, once
  bool wanted_ = false;
  bool ended_ = false;     // the input
  bool finished_ = false;  // the terminal is gone, or the end of the keys was handed on
};

}  // namespace oversee::run
