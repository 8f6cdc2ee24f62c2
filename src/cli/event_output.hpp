// The destination of --events and its state: the sink, and the reporter that writes to it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/byte_sink.hpp"
#include "os/descriptor.hpp"
#include "os/file_sink.hpp"
#include "report/event_lines.hpp"
#include "report/json_summary.hpp"
#include "run/aside_sink.hpp"
#include "uv/background_writer.hpp"
#include "uv/loop.hpp"

namespace oversee::cli {

class EventOutput {
 public:
  // `written` is the destination as the user wrote it. Calls `pace` with true if a file's disk is slower than the
  // command, and with false once it has caught up: a file gets every event.
  EventOutput(uv::Loop& loop, os::UniqueFd target, std::string written, std::vector<report::SettingValue> settings,
              std::function<void(bool wait)> pace);

  model::EventSink& reporter() { return *lines_; }

  // Call after the last event: gives the reader time to take the queue and returns the delivered amount. `sure_reader`:
  // the reader is another oversee, which may be short of CPU time and gets longer.
  report::EventsState finish(bool sure_reader);

 private:
  void failed(int error);
  void close_file();

  os::UniqueFd target_;
  std::string written_;
  std::function<void(bool wait)> pace_;
  uv::BackgroundWriter* writer_ = nullptr;  // the sink, if a reader can stall it
  std::unique_ptr<os::FileSink> file_;      // otherwise; behind aside_ if its disk can hang
  run::AsideSink* aside_ = nullptr;
  std::unique_ptr<model::ByteSink> sink_;
  std::optional<report::EventLines> lines_;
  int error_ = 0;
};

}  // namespace oversee::cli
