// Passes the command's output through, each stream to its own sink, as it comes and byte for byte.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>

#include "model/byte_sink.hpp"
#include "model/event.hpp"

namespace oversee::report {

class Relay final : public model::EventSink {
 public:
  // The sinks stay the caller's and may be one and the same. on_full is told a stream that should bring nothing more
  // until its sink is ready again.
  Relay(model::ByteSink& out, model::ByteSink& err, std::function<void(model::Stream)> on_full);

  // From now on each line starts with the seconds since the run did: the time of the line's first byte.
  void stamp_lines() { stamped_ = true; }

  void on(const model::Event& event, const model::Reading& at) override;

 private:
  std::string_view with_stamps(model::Stream stream, std::string_view bytes, const model::Reading& at);

  std::array<model::ByteSink*, model::kStreams> sinks_;
  std::function<void(model::Stream)> on_full_;
  bool stamped_ = false;
  model::Instant start_{};
  std::array<bool, model::kStreams> within_line_{};
  std::string text_;  // with its stamps; kept for its room
};

}  // namespace oversee::report
