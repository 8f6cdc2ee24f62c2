// Counts lines where no log does.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "model/event.hpp"

namespace oversee::report {

inline std::uint64_t newlines_in(std::string_view bytes) {
  return static_cast<std::uint64_t>(std::ranges::count(bytes, '\n'));
}

class LineCount final : public model::EventSink {
 public:
  void on(const model::Event& event, const model::Reading& at) override;

  // Of the attempt so far.
  model::StreamTally tally(model::Stream stream) const { return {.lines = lines_[model::index(stream)]}; }

 private:
  std::array<std::uint64_t, model::kStreams> lines_{};
};

}  // namespace oversee::report
