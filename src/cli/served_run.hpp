// One run of oversee serve: a separate oversee process that sends its events and summary through pipes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/line_cutter.hpp"
#include "cli/serve_request.hpp"
#include "model/failure.hpp"
#include "os/own_copy.hpp"
#include "os/signals.hpp"
#include "uv/loop.hpp"
#include "uv/pipe_reader.hpp"

namespace oversee::cli {

struct ServedEnd {
  std::string document = {};  // the JSON summary; empty if there was no run or its oversee was killed
  std::string said = {};      // its oversee's stderr: a refusal, warnings
  int exit_status = 0;        // as the shell's $? shows it
};

class ServedRun {
 public:
  struct Callbacks {
    std::function<void(std::string_view line)> on_event;  // without its newline; valid during the call
    std::function<void(ServedEnd)> on_end;                // the last call; this object must outlive it
  };

  // All runs of a loop may share the buffer.
  ServedRun(uv::Loop& loop, std::span<char> buffer, Callbacks callbacks);

  model::Result<void> start(const RunRequest& request, const os::SignalState& caller);

  // Sends a signal to the run's oversee, which ends the run accordingly.
  void signal(model::Signal number) const;

  int pid() const { return copy_.pid; }

 private:
  void read_from(std::optional<uv::PipeReader>& reader, os::UniqueFd fd,
                 std::function<void(std::string_view)> on_bytes);
  void take_events(std::string_view bytes);
  void stream_ended();

  uv::Loop& loop_;
  std::span<char> buffer_;
  Callbacks callbacks_;
  os::OwnCopy copy_;
  LineCutter lines_;
  ServedEnd end_;
  int open_streams_ = 0;
  std::optional<uv::PipeReader> events_;
  std::optional<uv::PipeReader> answer_;
  std::optional<uv::PipeReader> errors_;
};

}  // namespace oversee::cli
