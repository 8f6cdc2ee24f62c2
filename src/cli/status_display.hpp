// Redraws the live status line on a terminal while the command's output is not shown.
#pragma once

#include "report/status_line.hpp"
#include "uv/loop.hpp"
#include "uv/timer.hpp"

namespace oversee::cli {

class StatusDisplay {
 public:
  // Whether stderr is a terminal that can redraw a line.
  static bool possible();

  explicit StatusDisplay(uv::Loop& loop);

  // Must receive the run's events before other sinks.
  report::StatusLine& line() { return line_; }

  void start();
  // Wipes the line and stops drawing.
  void stop();

 private:
  void draw();

  report::StatusLine line_;
  uv::Timer timer_;
};

}  // namespace oversee::cli
