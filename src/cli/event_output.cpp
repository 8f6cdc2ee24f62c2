// Writes events without waiting for their reader, except for a bounded time at the end.
#include "cli/event_output.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "cli/console.hpp"
#include "os/file_sink.hpp"

namespace oversee::cli {
namespace {

// At the end: how long a reader may make no progress, and the bound on the whole wait.
constexpr auto kPatience = std::chrono::milliseconds(300);
constexpr auto kBound = std::chrono::seconds(2);
// The same for a reader that is known to be reading.
constexpr auto kLongPatience = std::chrono::seconds(10);
constexpr auto kFarBound = std::chrono::minutes(1);

// If the reader has closed its end, the run is not affected.
bool is_departure(int error) { return error == EPIPE || error == ECONNRESET; }

}  // namespace

EventOutput::EventOutput(uv::Loop& loop, os::UniqueFd target, std::string written,
                         std::vector<report::SettingValue> settings)
    : target_(std::move(target)), written_(std::move(written)) {
  if (os::can_block(target_.get())) {
    auto writer = std::make_unique<uv::BackgroundWriter>(loop, target_.get());
    writer_ = writer.get();
    sink_ = std::move(writer);
  } else {
    sink_ = std::make_unique<os::FileSink>(target_.get());
  }
  lines_.emplace(*sink_, std::move(settings));
  sink_->on_ready = [this] { lines_->made_room(); };
  sink_->on_error = [this](int error) { failed(error); };
}

void EventOutput::failed(int error) {
  error_ = error;
  lines_->lost();
  if (is_departure(error)) return;
  warn(fmt::format("cannot write the events: {}: {}; the command goes on, the events end here", written_,
                   std::strerror(error)));
}

report::EventsState EventOutput::finish(bool sure_reader) {
  report::EventsState state{.destination = written_, .dropped = lines_->dropped(), .error = {}};
  uv::BackgroundWriter::Rest rest;
  if (writer_ != nullptr)
    rest = sure_reader ? writer_->drain(kLongPatience, kFarBound) : writer_->drain(kPatience, kBound);
  if (writer_ == nullptr && error_ == 0 && !os::close_checked(std::move(target_))) failed(errno);
  if (const int error = error_ != 0 ? error_ : rest.error; error != 0) {
    state.error = std::strerror(error);
  } else if (rest.bytes != 0) {
    state.error = fmt::format("its reader did not take the last {} bytes", rest.bytes);
  }
  return state;
}

}  // namespace oversee::cli
