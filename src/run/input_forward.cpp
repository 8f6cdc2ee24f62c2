// Reads input, writes it to the terminal, and ends it there as a person would.
#include "run/input_forward.hpp"

#include <unistd.h>

#include <cerrno>

#include "os/terminal_modes.hpp"

namespace oversee::run {
namespace {

// What a terminal holds of lines that nobody has read yet.
constexpr std::size_t kPiece = 4096;

}  // namespace

InputForward::InputForward(uv::Loop& loop, int input, uv::TerminalStream& terminal, Callbacks callbacks)
    : input_(input), terminal_(terminal), callbacks_(std::move(callbacks)), readiness_(os::Readiness::of(input)) {
  if (!readiness_) return;
  watch_ = std::make_unique<uv::PollWatch>(loop, readiness_->fd(), [this] { take(); });
  watch_->pause();
}

void InputForward::start() {
  wanted_ = true;
  if (pending_.empty()) wait_for_input();
}

void InputForward::pause() {
  wanted_ = false;
  if (watch_) watch_->pause();
}

void InputForward::wait_for_input() {
  if (!wanted_ || finished_) return;
  if (watch_) {
    watch_->resume();
  } else {
    terminal_.when_writable([this] { take(); });
  }
}

void InputForward::take() {
  if (!wanted_ || !pending_.empty() || finished_) return;
  if (!terminal_.open()) return finish();
  if (!callbacks_.may_read()) return;
  if (!os::readable_now(input_)) return wait_for_input();  // somebody else was quicker
  pending_.resize(kPiece);
  const ssize_t count = ::read(input_, pending_.data(), pending_.size());
  pending_.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  if (count > 0) {
    callbacks_.on_bytes(pending_);
    at_line_start_ = pending_.back() == '\n';
  } else if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    return wait_for_input();
  } else {
    ended_ = true;
    if (const auto modes = os::TerminalModes::of(terminal_.fd())) pending_ = modes->end_of_input(at_line_start_);
  }
  hand_on();
}

void InputForward::hand_on() {
  const auto written = terminal_.write(pending_);
  if (!written) return finish();
  pending_.erase(0, *written);
  if (!pending_.empty()) {
    if (watch_) watch_->pause();
    terminal_.when_writable([this] { hand_on(); });
  } else if (ended_) {
    finish();
  } else {
    wait_for_input();
  }
}

void InputForward::finish() {
  finished_ = true;
  pending_.clear();
  if (watch_) watch_->pause();
}

}  // namespace oversee::run
