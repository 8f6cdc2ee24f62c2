// The destination of --events and its state: the sink, and the reporter that writes to it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/outputs.hpp"
#include "model/byte_sink.hpp"
#include "os/descriptor.hpp"
#include "report/event_lines.hpp"
#include "report/json_summary.hpp"
#include "uv/background_writer.hpp"
#include "uv/loop.hpp"

namespace oversee::cli {

class EventOutput {
 public:
  // Returns the sink through which a file is written, which throttles the command if the disk is slower: a file gets
  // every event.
  using Paced = std::function<model::ByteSink&(OutputFile& file)>;

  // `written` is the destination as the user wrote it.
  EventOutput(uv::Loop& loop, os::UniqueFd target, std::string written, std::vector<report::SettingValue> settings,
              const Paced& paced);

  model::EventSink& reporter() { return *lines_; }

  // Call after the last event: gives the reader time to take the queue and returns the delivered amount. `sure_reader`:
  // the reader is another oversee, which may be short of CPU time and gets longer.
  report::EventsState finish(bool sure_reader);

 private:
  void failed(int error);

  std::string written_;
  os::UniqueFd target_;                           // if a reader can stall it; closed after its writer
  std::unique_ptr<uv::BackgroundWriter> writer_;  // on target_
  std::unique_ptr<OutputFile> file_;              // otherwise
  std::optional<report::EventLines> lines_;
  int error_ = 0;
};

}  // namespace oversee::cli
