// The input of oversee serve: reads lines from the caller's descriptor at the consumer's pace.
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
    std::function<bool()> may_take;                                // called before each line
    std::function<void(std::optional<std::string_view>)> on_line;  // none: the line was too long
    std::function<void(int error)> on_end;                         // 0 or an errno; the last call
  };

  // The descriptor remains the caller's; its description is not changed.
  ServeInput(uv::Loop& loop, int fd, Callbacks callbacks);

  // Fails if no pipe can be created for watching.
  model::Result<void> start();
  // Continues after may_take() has become true again.
  void go_on();
  // Ends the input; no callback follows.
  void stop();

 private:
  void take_lines();
  void read();

  uv::Loop& loop_;
  const int fd_;
  Callbacks callbacks_;
  LineCutter lines_;
  std::optional<os::Readiness> readiness_;
  os::Pipe always_;  // always readable; stands in for a file, which cannot be polled
  std::unique_ptr<uv::PollWatch> watch_;
  std::unique_ptr<char[]> buffer_;
  bool taking_ = false;
  bool ended_ = false;
  bool stopped_ = false;
  int error_ = 0;
};

}  // namespace oversee::cli
