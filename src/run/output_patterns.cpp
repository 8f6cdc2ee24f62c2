// Searches both streams for each pattern.
#include "run/output_patterns.hpp"

#include <algorithm>
#include <utility>

namespace oversee::run {

OutputPatterns::OutputPatterns(const model::RetryPolicy& policy) {
  for (const model::RetryCauses* causes : {&policy.on, &policy.not_on}) {
    for (const std::string& text : causes->patterns()) {
      auto pattern = match::Pattern::compile(text);
      if (!pattern) continue;
      Searched& searched = searched_.emplace_back(Searched{std::move(*pattern), {}});
      searched.streams.assign(model::kStreams, match::LineSearch(searched.pattern));
    }
  }
}

bool OutputPatterns::wrote(std::string_view pattern) {
  for (std::size_t stream = 0; stream < model::kStreams; ++stream) feed(stream, seen_[stream].finish());
  for (Searched& each : searched_) {
    if (each.pattern.text() != pattern) continue;
    for (match::LineSearch& stream : each.streams) stream.finish();
    return std::ranges::any_of(each.streams, &match::LineSearch::found);
  }
  return false;
}

void OutputPatterns::on(const model::Event& event, const model::Reading&) {
  if (const auto* output = std::get_if<model::OutputArrived>(&event)) {
    feed(model::index(output->stream), seen_[model::index(output->stream)].feed(output->bytes));
  } else if (std::holds_alternative<model::AttemptStarted>(event)) {
    for (model::SeenText& each : seen_) each.reset();
    for (Searched& each : searched_) {
      for (match::LineSearch& stream : each.streams) stream.reset();
    }
  }
}

void OutputPatterns::feed(std::size_t stream, std::string_view text) {
  if (text.empty()) return;
  for (Searched& each : searched_) each.streams[stream].feed(text);
}

}  // namespace oversee::run
