// Passes the command's output through byte for byte, each stream to its own sink.
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
  // The caller owns the sinks, which may be the same. on_full names a stream that should be paused until its sink is
  // ready.
  Relay(model::ByteSink& out, model::ByteSink& err, std::function<void(model::Stream)> on_full);

  // From now on each line starts with the seconds since the start of the run, at the time of the line's first byte.
  void stamp_lines() { stamped_ = true; }

  void on(const model::Event& event, const model::Reading& at) override;

 private:
  std::string_view with_stamps(model::Stream stream, std::string_view bytes, const model::Reading& at);

  std::array<model::ByteSink*, model::kStreams> sinks_;
  std::function<void(model::Stream)> on_full_;
  bool stamped_ = false;
  model::Instant start_{};
  std::array<bool, model::kStreams> within_line_{};
  std::string text_;  // the stamped text; a member to reuse its capacity
};

}  // namespace oversee::report
