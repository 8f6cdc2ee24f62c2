// Lines on stderr that say that a command still runs, at intervals or on request.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "model/byte_sink.hpp"
#include "model/event.hpp"

namespace oversee::report {

class NoticeLines final : public model::EventSink {
 public:
  struct Place {
    model::ByteSink* sink;      // stderr's sink, owned by the caller
    bool output_known = true;   // we read the command's output; else its silence is unknown
    bool output_shown = true;   // output is shown live
    bool retries_told = true;   // report each retry and the attempt before it
    bool holds_stdout = false;  // the sink takes stdout too
    // Whether the sink's last byte was within a line of the command. Shared with every other writer to the sink.
    std::shared_ptr<bool> within_line = std::make_shared<bool>(false);
  };

  explicit NoticeLines(Place place) : place_(std::move(place)) {}

  void on(const model::Event& event, const model::Reading& at) override;

  // Answers a request for the status. While the reader is slow, the latest answer waits and replaces earlier ones.
  void answer(std::string line);
  // Call when the sink has written everything.
  void sink_ready();

 private:
  void print(const std::string& line);
  void tell(const model::Retrying& event);
  std::string sentence(const model::StillRunning& notice) const;

  Place place_;
  int attempts_ = 1;                            // the maximum
  const model::AttemptResult* last_ = nullptr;  // dead once the next attempt begins
  std::string name_;
  std::string late_answer_;
};

}  // namespace oversee::report
