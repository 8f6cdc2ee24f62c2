// Tells a CI service of attempts and of how the run ended, between the lines of the output.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "model/byte_sink.hpp"
#include "model/event.hpp"
#include "report/ci_format.hpp"
#include "report/failure_digest.hpp"

namespace oversee::report {

class CiMarks final : public model::EventSink {
 public:
  struct Place {
    model::ByteSink* sink;  // stderr's, in order with the output; it stays the caller's
    std::function<void(std::string_view)>
        print;                   // the same place once an attempt is over, when nobody waits for the sink
    bool output_follows = true;  // from each attempt's start on; else somebody calls section_follows()
    bool line_known = true;      // we see what stands before a mark; else each begins with a newline
    bool holds_stdout = false;   // the sink takes stdout as well
    // The sink's last byte was within a line of the command's. Whoever else writes lines there has the same one.
    std::shared_ptr<bool> within_line = std::make_shared<bool>(false);
    std::string stop_token = {};  // not empty: marks are stopped while the command's output comes
  };

  // All outlive it; `digests` is told before this.
  CiMarks(const CiFormat& format, Place place, const FailureDigest& digests)
      : format_(format), place_(std::move(place)), digests_(digests) {}

  void on(const model::Event& event, const model::Reading& at) override;

  // The output of the attempt is going to be shown now.
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
  bool held_within_line_ = false;  // what is not shown yet ends so
};

}  // namespace oversee::report
