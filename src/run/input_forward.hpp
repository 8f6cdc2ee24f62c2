// Carries what comes in at oversee's standard input to the command's terminal, as if it were typed there.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "os/readiness.hpp"
#include "uv/loop.hpp"
#include "uv/poll_watch.hpp"
#include "uv/terminal_stream.hpp"

namespace oversee::run {

// Holds a piece at a time: no more is read before the terminal has taken it. Never waits in a read or write, and never
// changes the mode of the input's description.
class InputForward {
 public:
  struct Callbacks {
    std::function<bool()> may_read;                  // asked before each read; without its leave nothing is read
    std::function<void(std::string_view)> on_bytes;  // told before they are handed on
  };

  // The input stays the caller's; both it and the terminal outlive this.
  InputForward(uv::Loop& loop, int input, uv::TerminalStream& terminal, Callbacks callbacks);
  InputForward(const InputForward&) = delete;
  InputForward& operator=(const InputForward&) = delete;
  ~InputForward() { terminal_.when_writable({}); }

  // Reads on, from the making or after a pause.
  void start();
  void pause();

 private:
  void take();
  void hand_on();
  void wait_for_input();
  void finish();

  const int input_;
  uv::TerminalStream& terminal_;
  Callbacks callbacks_;
  std::optional<os::Readiness> readiness_;  // none: it can always be read
  std::unique_ptr<uv::PollWatch> watch_;
  std::string pending_;
  bool at_line_start_ = true;
  bool wanted_ = false;
  bool ended_ = false;     // the input; its end may still have to be handed on
  bool finished_ = false;  // all of it has been, or the terminal is gone
};

}  // namespace oversee::run
