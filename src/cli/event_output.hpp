// Where a run's events go, and how that is doing: the sink of --events and the reporter before it.
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
  // `written` is the destination as the user wrote it. `pace` is called with true where a file's disk is slower than
  // the command, and with false once it has caught up: a file gets every event.
  EventOutput(uv::Loop& loop, os::UniqueFd target, std::string written, std::vector<report::SettingValue> settings,
              std::function<void(bool wait)> pace);

  model::EventSink& reporter() { return *lines_; }

  // Once the last event is told: gives a reader that is still at it the time to take what is queued, and says what has
  // got through. One that is sure to read on, an oversee, gets more time: it may be kept from the processor.
  report::EventsState finish(bool sure_reader);

 private:
  void failed(int error);
  void close_file();

  os::UniqueFd target_;
  std::string written_;
  std::function<void(bool wait)> pace_;
  uv::BackgroundWriter* writer_ = nullptr;  // the sink, where a reader can stall it
  std::unique_ptr<os::FileSink> file_;      // else; below the next where its disk can hang
  run::AsideSink* aside_ = nullptr;
  std::unique_ptr<model::ByteSink> sink_;
  std::optional<report::EventLines> lines_;
  int error_ = 0;
};

}  // namespace oversee::cli
