// Sends the events of a run to its sinks, and masks the output on the way.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "match/masks.hpp"
#include "model/event.hpp"
#include "run/masked_output.hpp"
#include "uv/loop.hpp"

namespace oversee::run {

class Publisher {
 public:
  // Sends all further events to this sink, after the sinks that were added before; it must outlive the run. The
  // audience selects the form of the output.
  void add(model::EventSink& sink, Audience audience) { sinks_.push_back({&sink, audience}); }

  // The masks must outlive this object.
  void mask(uv::Loop& loop, MaskSettings& masks);
  const match::Masks* masks() const { return masks_; }  // null: nothing is masked
  std::string masked(std::string_view text) const;

  void publish(const model::Event& event, const model::Reading& at);
  // The attempt's output is complete: publishes what the masks held back.
  void finish_output(const model::Reading& at);

 private:
  struct Receiver {
    model::EventSink* sink;
    Audience audience;
  };

  std::vector<Receiver> sinks_;
  const match::Masks* masks_ = nullptr;
  std::optional<MaskedOutput> masked_output_;
};

}  // namespace oversee::run
