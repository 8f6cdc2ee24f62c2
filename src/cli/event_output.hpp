// Where a run's events go, and how that is doing: the sink of --events and the reporter before it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/byte_sink.hpp"
#include "os/descriptor.hpp"
#include "report/event_lines.hpp"
#include "report/json_summary.hpp"
#include "uv/background_writer.hpp"
#include "uv/loop.hpp"

namespace oversee::cli {

class EventOutput {
 public:
  // `written` is the destination as the user wrote it.
  EventOutput(uv::Loop& loop, os::UniqueFd target, std::string written, std::vector<report::SettingValue> settings);

  model::EventSink& reporter() { return *lines_; }

  // Once the last event is told: gives a reader that is still at it the time to take what is queued, and says what has
  // got through. One that is sure to read on, an oversee, gets more time: it may be kept from the processor.
  report::EventsState finish(bool sure_reader);

 private:
  void failed(int error);

  os::UniqueFd target_;
  std::string written_;
  uv::BackgroundWriter* writer_ = nullptr;  // the sink, where writing can block
  std::unique_ptr<model::ByteSink> sink_;
  std::optional<report::EventLines> lines_;
  int error_ = 0;
};

}  // namespace oversee::cli
