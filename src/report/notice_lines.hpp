// The lines on stderr that say that a command still runs.
#pragma once

#include <string>

#include "model/byte_sink.hpp"
#include "model/event.hpp"

namespace oversee::report {

class NoticeLines final : public model::EventSink {
 public:
  struct Place {
    model::ByteSink* sink;      // stderr's, which stays the caller's
    bool output_known = true;   // we see the command's output; else its silence is not known
    bool output_shown = true;   // it comes through as it is written
    bool holds_stdout = false;  // the sink takes stdout as well
  };

  explicit NoticeLines(Place place) : place_(place) {}

  void on(const model::Event& event, const model::Reading& at) override;

 private:
  std::string sentence(const model::StillRunning& notice) const;

  Place place_;
  std::string name_;
  bool within_line_ = false;  // of the command's
};

}  // namespace oversee::report
