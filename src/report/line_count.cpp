// Counts lines.
#include "report/line_count.hpp"

namespace oversee::report {

void LineCount::on(const model::Event& event, const model::Reading&) {
  if (std::holds_alternative<model::AttemptFinished>(event)) lines_ = {};
  const auto* output = std::get_if<model::OutputArrived>(&event);
  if (output == nullptr) return;
  lines_[model::index(output->stream)] += newlines_in(output->bytes);
}

}  // namespace oversee::report
