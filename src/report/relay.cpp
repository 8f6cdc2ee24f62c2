// Relays output.
#include "report/relay.hpp"

namespace oversee::report {

Relay::Relay(model::ByteSink& out, model::ByteSink& err, std::function<void(model::Stream)> on_full)
    : sinks_{&out, &err}, on_full_(std::move(on_full)) {}

void Relay::on(const model::Event& event, const model::Reading&) {
  const auto* output = std::get_if<model::OutputArrived>(&event);
  if (output == nullptr) return;
  model::ByteSink* sink = sinks_[model::index(output->stream)];
  if (sink->write(output->bytes)) return;
  // Behind one sink both streams wait, or the other would overrun it.
  for (const model::Stream each : {model::Stream::out, model::Stream::err}) {
    if (sinks_[model::index(each)] == sink) on_full_(each);
  }
}

}  // namespace oversee::report
