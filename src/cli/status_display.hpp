// Draws the live status line, now and then, while a command runs in silence at a terminal.
#pragma once

#include "report/status_line.hpp"
#include "uv/loop.hpp"
#include "uv/timer.hpp"

namespace oversee::cli {

class StatusDisplay {
 public:
  // Whether stderr is a terminal on which a line can be drawn over.
  static bool possible();

  explicit StatusDisplay(uv::Loop& loop);

  // To be told of the run before the others.
  report::StatusLine& line() { return line_; }

  void start();
  // The line is wiped, and comes no more.
  void stop();

 private:
  void draw();

  report::StatusLine line_;
  uv::Timer timer_;
};

}  // namespace oversee::cli
