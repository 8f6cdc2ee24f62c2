// Reads request lines at the consumer's pace.
#include "cli/serve_input.hpp"

#include <unistd.h>

#include <cerrno>

#include "cli/serve_request.hpp"

namespace oversee::cli {
namespace {

constexpr std::size_t kInputPiece = 64 * 1024;

}  // namespace

ServeInput::ServeInput(uv::Loop& loop, int fd, Callbacks callbacks)
    : loop_(loop),
      fd_(fd),
      callbacks_(std::move(callbacks)),
      lines_(kLongestRequest),
      readiness_(os::Readiness::of(fd)),
      buffer_(std::make_unique_for_overwrite<char[]>(kInputPiece)) {}

model::Result<void> ServeInput::start() {
  int watched = readiness_ ? readiness_->fd() : -1;
  if (!readiness_) {
    auto pipe = os::make_pipe();
    if (!pipe) return std::unexpected(pipe.error());
    always_ = std::move(*pipe);
    (void)os::write_fully(always_.writer.get(), "!");
    watched = always_.reader.get();
  }
  watch_ = std::make_unique<uv::PollWatch>(loop_, watched, [this] { read(); });
  return {};
}

void ServeInput::read() {
  if (readiness_ && !os::readable_now(fd_)) return;  // another process has read it
  const ssize_t count = ::read(fd_, buffer_.get(), kInputPiece);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count > 0) {
    lines_.add({buffer_.get(), static_cast<std::size_t>(count)});
  } else {
    ended_ = true;
    error_ = count < 0 ? errno : 0;
  }
  take_lines();
}

void ServeInput::go_on() {
  if (!stopped_ && !taking_) take_lines();
}

void ServeInput::take_lines() {
  taking_ = true;
  const auto hand_on = [this](const LineCutter::Line& line) {
    callbacks_.on_line(line.too_long ? std::nullopt : std::optional(line.text));
  };
  bool more = true;
  while (more && !stopped_ && callbacks_.may_take()) {
    const auto line = lines_.next();
    more = line.has_value();
    if (line) hand_on(*line);
  }
  if (!more && ended_) {
    if (const auto line = lines_.rest()) hand_on(*line);
  }
  taking_ = false;
  if (stopped_) return;
  if (more || ended_) {
    watch_->pause();
  } else {
    watch_->resume();
  }
  if (!more && ended_) {
    stopped_ = true;
    callbacks_.on_end(error_);
  }
}

void ServeInput::stop() {
  stopped_ = true;
  if (watch_) watch_->pause();
}

}  // namespace oversee::cli
