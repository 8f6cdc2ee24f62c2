// Writes events without waiting for their reader, except for a bounded time at the end.
#include "cli/event_output.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "cli/console.hpp"
#include "os/file_work.hpp"

namespace oversee::cli {
namespace {

// At the end: how long a reader may make no progress, and the bound on the whole wait.
constexpr auto kEventPatience = std::chrono::milliseconds(300);
constexpr auto kEventBound = std::chrono::seconds(2);
// The same for a reader that is known to be reading.
constexpr auto kLongPatience = std::chrono::seconds(10);
constexpr auto kFarBound = std::chrono::minutes(1);

// If the reader has closed its end, the run is not affected.
bool is_departure(int error) { return error == EPIPE || error == ECONNRESET; }

}  // namespace

EventOutput::EventOutput(uv::Loop& loop, os::UniqueFd target, std::string written,
                         std::vector<report::SettingValue> settings, const Paced& paced)
    : written_(std::move(written)) {
  model::ByteSink* sink = nullptr;
  if (os::can_block(target.get())) {
    target_ = std::move(target);
    writer_ = std::make_unique<uv::BackgroundWriter>(loop, target_.get());
    writer_->on_ready = [this] { lines_->made_room(); };
    writer_->on_error = [this](int error) { failed(error); };
    sink = writer_.get();
  } else {
    file_ = std::make_unique<OutputFile>(loop, std::move(target), std::string(), std::string());
    file_->sink().on_error = [this](int error) { failed(error); };
    sink = &paced(*file_);
  }
  lines_.emplace(*sink, std::move(settings));
}

void EventOutput::failed(int error) {
  if (error_ != 0) return;
  error_ = error;
  lines_->lost();
  if (is_departure(error)) return;
  warn(fmt::format("cannot write the events: {}: {}; the command goes on, the events end here", written_,
                   os::describe_write_error(error)));
}

report::EventsState EventOutput::finish(bool sure_reader) {
  report::EventsState state{.destination = written_, .dropped = lines_->dropped(), .error = {}};
  uv::BackgroundWriter::Rest rest;
  if (writer_)
    rest = sure_reader ? writer_->drain(kLongPatience, kFarBound) : writer_->drain(kEventPatience, kEventBound);
  if (file_) file_->finish();
  if (const int error = error_ != 0 ? error_ : rest.error; error != 0) {
    state.error = os::describe_write_error(error);
  } else if (rest.bytes != 0) {
    state.error = fmt::format("its reader did not take the last {} bytes", rest.bytes);
  }
  return state;
}

}  // namespace oversee::cli
