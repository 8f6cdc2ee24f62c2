// The log without stamps: only the bytes of both streams in order, as long as they fit.
#pragma once

#include <array>
#include <cstdint>

#include "model/byte_sink.hpp"
#include "model/event.hpp"
#include "report/overflow.hpp"

namespace oversee::report {

class RawLog final : public model::EventSink {
 public:
  // The caller owns the sink.
  RawLog(model::ByteSink& sink, OverflowPolicy policy);

  void on(const model::Event& event, const model::Reading& at) override;

  // For the attempt's output, once it is complete.
  model::StreamTally tally(model::Stream stream) const;

 private:
  struct Captured {
    Overflow overflow;
    std::uint64_t lines = 0;
  };

  void output(Captured& captured, std::string_view bytes);
  void finish(Captured& captured);

  model::ByteSink& sink_;
  const OverflowPolicy policy_;
  std::array<Captured, model::kStreams> captured_;
};

}  // namespace oversee::report
