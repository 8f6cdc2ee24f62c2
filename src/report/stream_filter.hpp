// Forwards events to a reporter, but the output of only one stream.
#pragma once

#include "model/event.hpp"

namespace oversee::report {

class StreamFilter final : public model::EventSink {
 public:
  // The caller owns the reporter.
  StreamFilter(model::EventSink& told, model::Stream only) : told_(told), only_(only) {}

  void on(const model::Event& event, const model::Reading& at) override {
    const auto* output = std::get_if<model::OutputArrived>(&event);
    if (output == nullptr || output->stream == only_) told_.on(event, at);
  }

 private:
  model::EventSink& told_;
  const model::Stream only_;
};

}  // namespace oversee::report
