// Relays output.
#include "report/relay.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace oversee::report {

Relay::Relay(model::ByteSink& out, model::ByteSink& err, std::function<void(model::Stream)> on_full)
    : sinks_{&out, &err}, on_full_(std::move(on_full)) {}

void Relay::on(const model::Event& event, const model::Reading& at) {
  if (const auto* started = std::get_if<model::RunStarted>(&event)) start_ = started->info->started.instant;
  const auto* output = std::get_if<model::OutputArrived>(&event);
  if (output == nullptr) return;
  model::ByteSink* sink = sinks_[model::index(output->stream)];
  if (sink->write(stamped_ ? with_stamps(output->stream, output->bytes, at) : output->bytes)) return;
  // If both streams share the sink, both must stop, or the other one would overrun it.
  for (const model::Stream each : {model::Stream::out, model::Stream::err}) {
    if (sinks_[model::index(each)] == sink) on_full_(each);
  }
}

std::string_view Relay::with_stamps(model::Stream stream, std::string_view bytes, const model::Reading& at) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.instant - start_).count();
  char stamp[32];
  const auto end = fmt::format_to_n(stamp, sizeof stamp, "{:5}.{:03} ", ms / 1000, ms % 1000);
  bool& within_line = within_line_[model::index(stream)];
  text_.clear();
  while (!bytes.empty()) {
    if (!within_line) text_.append(stamp, std::min(end.size, sizeof stamp));
    const std::size_t newline = bytes.find('\n');
    within_line = newline == std::string_view::npos;
    const std::string_view line = bytes.substr(0, within_line ? bytes.size() : newline + 1);
    text_ += line;
    bytes.remove_prefix(line.size());
  }
  return text_;
}

}  // namespace oversee::report
