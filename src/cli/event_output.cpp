// Writes events without waiting for their reader, except for a bounded time at the end.
#include "cli/event_output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/console.hpp"
#include "os/file_sink.hpp"
#include "os/file_work.hpp"

namespace oversee::cli {
namespace {

// At the end: how long a reader may make no progress, and the bound on the whole wait.
constexpr auto kPatience = std::chrono::milliseconds(300);
constexpr auto kBound = std::chrono::seconds(2);
// The same for a reader that is known to be reading.
constexpr auto kLongPatience = std::chrono::seconds(10);
constexpr auto kFarBound = std::chrono::minutes(1);

// At the end: how long to wait for a hung disk.
constexpr auto kStuck = std::chrono::seconds(2);

// If the reader has closed its end, the run is not affected.
bool is_departure(int error) { return error == EPIPE || error == ECONNRESET; }

// Throttles the command instead of dropping events.
class EveryEvent final : public model::ByteSink {
 public:
  EveryEvent(std::unique_ptr<model::ByteSink> inner, const std::function<void(bool wait)>& pace)
      : inner_(std::move(inner)), pace_(pace) {
    inner_->on_ready = [this] { pace_(false); };
    inner_->on_error = [this](int error) { on_error(error); };
  }

  bool write(std::string_view bytes) override {
    if (!inner_->write(bytes)) pace_(true);
    return true;
  }
  bool idle() const override { return inner_->idle(); }

 private:
  std::unique_ptr<model::ByteSink> inner_;
  const std::function<void(bool wait)>& pace_;
};

}  // namespace

EventOutput::EventOutput(uv::Loop& loop, os::UniqueFd target, std::string written,
                         std::vector<report::SettingValue> settings, std::function<void(bool wait)> pace)
    : target_(std::move(target)), written_(std::move(written)), pace_(std::move(pace)) {
  if (os::can_block(target_.get())) {
    auto writer = std::make_unique<uv::BackgroundWriter>(loop, target_.get());
    writer_ = writer.get();
    sink_ = std::move(writer);
    sink_->on_ready = [this] { lines_->made_room(); };
  } else {
    file_ = std::make_unique<os::FileSink>(target_.get());
    auto aside = run::AsideSink::over(loop, *file_, target_.get());
    aside_ = aside.get();
    sink_ = std::move(aside);
    if (aside_ != nullptr) sink_ = std::make_unique<EveryEvent>(std::move(sink_), pace_);
  }
  model::ByteSink* sink = sink_.get();
  if (sink == nullptr) sink = file_.get();
  lines_.emplace(*sink, std::move(settings));
  sink->on_error = [this](int error) { failed(error); };
}

void EventOutput::failed(int error) {
  error_ = error;
  lines_->lost();
  if (is_departure(error)) return;
  warn(fmt::format("cannot write the events: {}: {}; the command goes on, the events end here", written_,
                   os::describe_write_error(error)));
}

// close(2) may report an error that write(2) has not, and may hang as well.
void EventOutput::close_file() {
  if (aside_ == nullptr) {
    if (error_ == 0 && !os::close_checked(std::move(target_))) failed(errno);
    return;
  }
  const auto closed = std::make_shared<int>(0);
  const auto close = [fd = target_.get(), closed] { *closed = ::close(fd) == 0 || errno == EINTR ? 0 : errno; };
  if (!aside_->call(close, kStuck)) {
    if (error_ == 0) failed(ETIMEDOUT);
    return;
  }
  if (error_ == 0 && *closed != 0) failed(*closed);
  aside_->end();
}

report::EventsState EventOutput::finish(bool sure_reader) {
  report::EventsState state{.destination = written_, .dropped = lines_->dropped(), .error = {}};
  uv::BackgroundWriter::Rest rest;
  if (writer_ != nullptr)
    rest = sure_reader ? writer_->drain(kLongPatience, kFarBound) : writer_->drain(kPatience, kBound);
  if (file_) close_file();
  if (const int error = error_ != 0 ? error_ : rest.error; error != 0) {
    state.error = os::describe_write_error(error);
  } else if (rest.bytes != 0) {
    state.error = fmt::format("its reader did not take the last {} bytes", rest.bytes);
  }
  return state;
}

}  // namespace oversee::cli
