// Copies of the streams, byte for byte, in files that the user named.
#pragma once

#include <array>

#include "model/byte_sink.hpp"
#include "model/event.hpp"

namespace oversee::report {

class RawCopy final : public model::EventSink {
 public:
  // The sinks stay the caller's; null: that stream is not copied.
  RawCopy(model::ByteSink* out, model::ByteSink* err) : sinks_{out, err} {}

  void on(const model::Event& event, const model::Reading&) override {
    const auto* output = std::get_if<model::OutputArrived>(&event);
    if (output == nullptr) return;
    if (model::ByteSink* sink = sinks_[model::index(output->stream)]; sink != nullptr) (void)sink->write(output->bytes);
  }

 private:
  std::array<model::ByteSink*, model::kStreams> sinks_;
};

}  // namespace oversee::report
