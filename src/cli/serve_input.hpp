// Where the requests of oversee serve come from: lines of a descriptor of the caller's, at the pace of who takes them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "cli/line_cutter.hpp"
#include "model/failure.hpp"
#include "os/readiness.hpp"
#include "uv/loop.hpp"
#include "uv/poll_watch.hpp"

namespace oversee::cli {

class ServeInput {
 public:
  struct Callbacks {
    std::function<bool()> may_take;                                // asked before each line
    std::function<void(std::optional<std::string_view>)> on_line;  // none: one that was too long
    std::function<void(int error)> on_end;                         // 0, or an errno; the last call
  };

  // The descriptor stays the caller's, its description as it is.
  ServeInput(uv::Loop& loop, int fd, Callbacks callbacks);

  // Fails where there is nothing to be watched with.
  model::Result<void> start();
  // To be called when more may be taken.
  void go_on();
  // No call follows.
  void stop();

 private:
  void take_lines();
  void read();

  uv::Loop& loop_;
  const int fd_;
  Callbacks callbacks_;
  LineCutter lines_;
  std::optional<os::Readiness> readiness_;
  os::Pipe always_;  // its reader is readable at all times, in place of a file, which cannot be watched
  std::unique_ptr<uv::PollWatch> watch_;
  std::unique_ptr<char[]> buffer_;
  bool taking_ = false;
  bool ended_ = false;
  bool stopped_ = false;
  int error_ = 0;
};

}  // namespace oversee::cli
