// Writes the raw log.
#include "report/raw_log.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/line_count.hpp"

namespace oversee::report {
namespace {

// Longer lines are kept in pieces.
constexpr std::size_t kRawPiece = 4096;

}  // namespace

RawLog::RawLog(model::ByteSink& sink, OverflowPolicy policy)
    : sink_(sink),
      policy_(std::move(policy)),
      captured_{Captured{Overflow(policy_, model::Stream::out)}, Captured{Overflow(policy_, model::Stream::err)}} {}

void RawLog::on(const model::Event& event, const model::Reading&) {
  if (const auto* output = std::get_if<model::OutputArrived>(&event)) {
    this->output(captured_[model::index(output->stream)], output->bytes);
  } else if (std::holds_alternative<model::AttemptFinished>(event)) {
    for (Captured& each : captured_) finish(each);
  }
}

void RawLog::output(Captured& captured, std::string_view bytes) {
  const bool fits = captured.overflow.fits(bytes.size());
  if (captured.overflow.spilling()) {
    captured.lines += captured.overflow.spill(bytes);
    return;
  }
  captured.lines += newlines_in(bytes);
  if (fits) {
    (void)sink_.write(bytes);
    return;
  }
  // Split into lines, so that the tail begins with a whole one.
  while (!bytes.empty()) {
    const std::size_t newline = bytes.find('\n');
    const std::size_t size = std::min(newline == std::string_view::npos ? bytes.size() : newline + 1, kRawPiece);
    captured.overflow.add({}, bytes.substr(0, size), {});
    bytes.remove_prefix(size);
  }
}

model::StreamTally RawLog::tally(model::Stream stream) const {
  const Captured& captured = captured_[model::index(stream)];
  return captured.overflow.tally(captured.lines);
}

// Even the raw log reports omitted output.
void RawLog::finish(Captured& captured) {
  if (const auto remark = captured.overflow.remark(); !remark.text.empty()) {
    (void)sink_.write(fmt::format("\n# {:<9} {}\n", remark.key, remark.text));
  }
  const auto [first, second] = captured.overflow.tail();
  if (!first.empty()) (void)sink_.write(first);
  if (!second.empty()) (void)sink_.write(second);
  captured.overflow.reset();
  captured.lines = 0;
}

}  // namespace oversee::report
