// Selects which sink gets which form of the output.
#include "run/publisher.hpp"

#include <variant>

namespace oversee::run {

void Publisher::mask(uv::Loop& loop, MaskSettings& masks) {
  if (!masks.active()) return;
  masks_ = &masks.masks;
  masked_output_.emplace(
      loop, masks,
      MaskedOutput::Callbacks{[this](const model::Event& event, const model::Reading& at, bool shown, bool kept) {
        for (const auto& [sink, audience] : sinks_) {
          if ((shown && audience == Audience::shown) || (kept && audience == Audience::kept)) sink->on(event, at);
        }
      }});
}

std::string Publisher::masked(std::string_view text) const {
  return masks_ == nullptr ? std::string(text) : masks_->masked(text);
}

void Publisher::publish(const model::Event& event, const model::Reading& at) {
  if (masked_output_) {
    if (const auto* output = std::get_if<model::OutputArrived>(&event)) {
      for (const auto& [sink, audience] : sinks_) {
        if (audience == Audience::as_read) sink->on(event, at);
      }
      return masked_output_->on(*output, at);
    }
    if (const auto* output = std::get_if<model::UserLineOutput>(&event)) return masked_output_->on(*output, at);
    if (const auto* ended = std::get_if<model::UserLineEnded>(&event)) masked_output_->on(*ended, at);
  }
  for (const auto& [sink, audience] : sinks_) sink->on(event, at);
}

void Publisher::finish_output(const model::Reading& at) {
  if (masked_output_) masked_output_->finish(at);
}

}  // namespace oversee::run
