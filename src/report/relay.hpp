// Passes the command's output through, each stream to its own sink, as it comes and byte for byte.
#pragma once

#include <array>
#include <functional>

#include "model/byte_sink.hpp"
#include "model/event.hpp"

namespace oversee::report {

class Relay final : public model::EventSink {
 public:
  // The sinks stay the caller's and may be one and the same. on_full is told a stream that should bring nothing more
  // until its sink is ready again.
  Relay(model::ByteSink& out, model::ByteSink& err, std::function<void(model::Stream)> on_full);

  void on(const model::Event& event, const model::Reading& at) override;

 private:
  std::array<model::ByteSink*, model::kStreams> sinks_;
  std::function<void(model::Stream)> on_full_;
};

}  // namespace oversee::report
