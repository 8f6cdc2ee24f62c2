// Marks attempts and the run's end for a CI service, between the lines of the output.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "model/byte_sink.hpp"
#include "model/event.hpp"
#include "report/ci_services.hpp"
#include "report/failure_digest.hpp"

namespace oversee::report {

class CiMarks final : public model::EventSink {
 public:
  struct Place {
    model::ByteSink* sink;                        // stderr's sink, in order with the output; owned by the caller
    std::function<void(std::string_view)> print;  // writes there without the sink once an attempt is over
    bool output_follows = true;  // output starts with each attempt; else the caller calls section_follows()
    bool line_known = true;      // we see the text before a marker; else each marker starts on a new line
    bool holds_stdout = false;   // the sink takes stdout too
    // Whether the sink's last byte was within a line of the command. Shared with every other writer to the sink.
    std::shared_ptr<bool> within_line = std::make_shared<bool>(false);
    std::string stop_token = {};  // not empty: the service ignores markers in the command's output
  };

  // All arguments must outlive it; `digests` must receive each event first.
  CiMarks(const CiFormat& format, Place place, const FailureDigest& digests)
      : format_(format), place_(std::move(place)), digests_(digests) {}

  void on(const model::Event& event, const model::Reading& at) override;

  // Call before the attempt's output is shown.
  void section_follows(const model::Reading& at);

 private:
  void end_section(const model::AttemptResult& result, const model::Reading& at);
  void tell_end(const model::RunFinished& run);
  CiSection section(const model::Reading& at) const;
  std::string on_its_line(std::string text);

  const CiFormat& format_;
  Place place_;
  const FailureDigest& digests_;
  const model::RunInfo* info_ = nullptr;
  int attempt_ = 0;
  bool open_ = false;
  bool held_within_line_ = false;  // the buffered output ends within a line
};

}  // namespace oversee::report
