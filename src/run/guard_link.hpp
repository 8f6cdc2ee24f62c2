// The front's end of the guard: starts it, sends requests, delivers reports.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "guard/protocol.hpp"
#include "guard/wire.hpp"
#include "model/failure.hpp"
#include "os/descriptor.hpp"
#include "uv/channel.hpp"
#include "uv/child_process.hpp"
#include "uv/loop.hpp"

namespace oversee::run {

class GuardLink {
 public:
  struct Callbacks {
    std::function<void(const guard::Report&)> on_report;
    std::function<void()> on_lost;  // the guard is gone or sent an invalid message; also after its last report
    std::function<void()> on_exit;  // the guard process has been reaped
  };

  GuardLink(uv::Loop& loop, Callbacks callbacks);

  struct Streams {
    int input, output, error;  // become the command's 0, 1 and 2
    int terminal = -1;         // the user's, if its modes may be changed
    int slot = -1;             // the run's slot; held while this is open
  };

  // Starts the guard, which waits for a StartCommand. The caller keeps its streams and closes them afterwards.
  model::Result<void> start(const Streams& streams, const std::string& run_id);

  void send(const guard::Request& request);

  // Closes the socket: a guard that still holds processes kills them.
  void close();

  // Kills the guard in any state; on_lost follows.
  void kill() { process_.kill(); }

  bool running() const { return process_.running(); }
  int pid() const { return pid_; }

 private:
  void received(std::string_view bytes);

  uv::Loop& loop_;
  Callbacks callbacks_;
  uv::ChildProcess process_;
  std::optional<uv::Channel> channel_;
  guard::Decoder<guard::Report> decoder_;
  int pid_ = 0;
};

}  // namespace oversee::run
