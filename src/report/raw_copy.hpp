// Copies the streams of an attempt byte for byte to the user's files.
#pragma once

#include <functional>
#include <utility>

#include "model/byte_sink.hpp"
#include "model/event.hpp"

namespace oversee::report {

class RawCopy final : public model::EventSink {
 public:
  struct Files {
    std::function<void(int attempt)> begin;               // called before an attempt's output
    std::function<model::ByteSink*(model::Stream)> sink;  // called for each piece; null: no copy
  };

  explicit RawCopy(Files files) : files_(std::move(files)) {}

  void on(const model::Event& event, const model::Reading&) override {
    if (const auto* started = std::get_if<model::AttemptStarted>(&event)) files_.begin(started->number);
    const auto* output = std::get_if<model::OutputArrived>(&event);
    if (output == nullptr) return;
    if (model::ByteSink* sink = files_.sink(output->stream); sink != nullptr) (void)sink->write(output->bytes);
  }

 private:
  Files files_;
};

}  // namespace oversee::report
