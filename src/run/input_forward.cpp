// Reads input, writes it to the terminal, and types the end of input as a person would.
#include "run/input_forward.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "model/mechanism.hpp"
#include "os/clock.hpp"
#include "os/descriptor.hpp"
#include "os/pseudo_terminal.hpp"
#include "os/shared_line.hpp"
#include "os/terminal.hpp"
#include "os/terminal_modes.hpp"

namespace oversee::run {
namespace {

using namespace std::chrono_literals;

// The amount of unread input that a terminal stores. It drops the rest of an incomplete line that is longer.
constexpr std::size_t kForwardPiece = 4096;
constexpr std::size_t kLongestLine = 4000;

// The interval between polls for a reader grows from the first to the last.
constexpr auto kFirstInterval = 1ms;
constexpr auto kLastInterval = 200ms;

// Polling a large tree takes long: the interval after it is at least this multiple of its duration.
constexpr int kTimesLook = 20;

// A quick reader takes a line, handles it and waits for the next within microseconds: polls without a pause for this
// time.
constexpr auto kLongestSpin = 2ms;

// After this many lines a reader is expected to read the whole input.
constexpr int kManyLines = 64;

// After a prompt, a reader is expected soon.
constexpr auto kAfterOutput = 10ms;

// If the kernel does not tell whether a process waits to read, it counts as waiting after this time.
constexpr auto kUnknownBound = 300ms;

}  // namespace

InputForward::InputForward(uv::Loop& loop, int input, uv::TerminalStream& terminal,
                           std::optional<os::TerminalReaders> readers, Callbacks callbacks)
    : input_(input),
      terminal_(terminal),
      readers_(readers),
      callbacks_(std::move(callbacks)),
      readiness_(os::Readiness::of(input)),
      look_(loop, [this] { proceed(); }),
      interval_(kFirstInterval) {
  if (!readiness_) return;
  watch_ = std::make_unique<uv::PollWatch>(loop, readiness_->fd(), [this] { proceed(); });
  watch_->pause();
}

InputForward::~InputForward() {
  settle();
  terminal_.when_writable({});
}

void InputForward::start() {
  wanted_ = true;
  if (readers_) return proceed();
  if (pending_.empty()) wait_for_input();
}

void InputForward::pause() {
  wanted_ = false;
  if (watch_) watch_->pause();
  next_look_.reset();
  look_.set({});
}

void InputForward::output_came() {
  if (!next_look_) return;
  const model::Instant next = std::min(*next_look_, os::read_clock().instant + kAfterOutput);
  if (next == *next_look_) return;
  next_look_.emplace(next);
  look_.set(next);
}

void InputForward::proceed() {
  next_look_.reset();
  if (!wanted_ || finished_) return;
  if (!terminal_.open()) return finish();
  if (watch_) watch_->pause();
  readers_ ? give_lines() : take_keys();
}

void InputForward::wait_for_input() {
  if (!wanted_ || finished_) return;
  if (watch_) {
    watch_->resume();
  } else {
    terminal_.when_writable([this] { proceed(); });
  }
}

void InputForward::take_keys() {
  if (ended_ && pending_.empty()) return finish();
  if (!pending_.empty() || !callbacks_.may_read()) return;
  if (!os::readable_now(input_)) return wait_for_input();  // another reader took the input
  pending_.resize(kForwardPiece);
  const ssize_t count = ::read(input_, pending_.data(), pending_.size());
  pending_.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  if (count > 0) {
    callbacks_.on_bytes(pending_);
    in_line_ = pending_.back() == '\n' ? 0 : 1;
  } else if (count < 0 && (errno == EAGAIN || errno == EINTR || (errno == EIO && os::is_in_background(input_)))) {
    return wait_for_input();
  } else {
    ended_ = true;
    type_end();
  }
  if (!hand_on()) return;
  ended_ ? finish() : wait_for_input();
}

// Passes on line by line, as long as the reader is quick.
void InputForward::give_lines() {
  const auto start = os::read_clock().instant;
  bool given = false;
  while (hand_on()) {
    if (!ended_ && ahead_ == 0 && !os::readable_now(input_)) return wait_for_input();
    if (reader_waits()) {
      if (!ended_ && !os::readable_now(input_)) return wait_for_input();
      given = true;
      if (!ended_) interval_ = kFirstInterval;
      ended_ ? type_end() : take_line();
      if (pending_.empty()) return look_later();
    } else if (finished_) {
      return;
    } else if (!given || os::read_clock().instant - start > kLongestSpin) {
      return look_later();
    } else {
      ::sched_yield();
    }
  }
}

// Consumes from the input the typed-ahead lines that were read; the others stay there.
void InputForward::settle() {
  if (ahead_ == 0 || !terminal_.open()) return;
  const os::UniqueFd slave = os::open_slave(terminal_.fd());
  const std::size_t unread = pending_.size() + (slave ? os::readable_bytes(slave.get()) : 0);
  os::take_shared(input_, ahead_ - std::min(ahead_, unread));
  ahead_ = 0;
}

bool InputForward::type_ahead() {
  if (std::exchange(reader_, readers_->last()) != readers_->last()) lines_given_ = 0;
  if (++lines_given_ <= kManyLines || in_line_ != 0) return false;
  std::array<char, kLongestLine> lines;
  ahead_ = os::peek_shared_lines(input_, lines);
  pending_.assign(lines.data(), ahead_);
  return ahead_ > 0;
}

void InputForward::take_line() {
  if (type_ahead()) return;
  std::array<char, kLongestLine> line;
  const ssize_t count = os::read_shared_line(input_, std::span(line).first(kLongestLine - in_line_));
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    ended_ = true;
    return type_end();
  }
  pending_.assign(line.data(), static_cast<std::size_t>(count));
  in_line_ = pending_.back() == '\n' ? 0 : in_line_ + pending_.size();
  if (in_line_ < kLongestLine) return;
  // The terminal would drop the rest of the line, so the reader gets its beginning now.
  in_line_ = 0;
  const auto modes = os::TerminalModes::of(terminal_.fd());
  if (modes && modes->by_line()) pending_ += modes->end_of_input(true);
}

// A program that reads single keys gets the end-of-file key once.
void InputForward::type_end() {
  const auto modes = os::TerminalModes::of(terminal_.fd());
  if (!modes) return;
  const bool raw = !modes->by_line();
  if (std::exchange(raw_end_typed_, raw) && raw) return;
  pending_ = modes->end_of_input(in_line_ == 0);
  in_line_ = 0;
}

bool InputForward::reader_waits() {
  const os::UniqueFd slave = os::open_slave(terminal_.fd());
  if (!slave) return finish(), false;
  if (os::readable_now(slave.get())) return false;  // earlier input is unread
  os::take_shared(input_, std::exchange(ahead_, 0));
  if (!model::works(model::Mechanism::input_is_awaited)) return true;
  const auto before = os::read_clock().instant;
  os::Waiting waiting = readers_->look();
  const auto now = os::read_clock().instant;
  interval_ = std::max<model::Duration>(interval_, kTimesLook * (now - before));
  if (waiting == os::Waiting::no) {
    // A program that reads single keys may poll for them without ever waiting.
    const auto modes = os::TerminalModes::of(slave.get());
    if (modes && !modes->by_line()) waiting = os::Waiting::unknown;
  }
  if (waiting != os::Waiting::unknown) {
    unknown_since_.reset();
    return waiting == os::Waiting::yes;
  }
  if (!unknown_since_) unknown_since_ = now;
  return now - *unknown_since_ >= kUnknownBound;
}

void InputForward::look_later() {
  if (!wanted_ || finished_) return;
  next_look_ = os::read_clock().instant + interval_;
  look_.set(next_look_);
  interval_ = std::max(interval_, std::min<model::Duration>(2 * interval_, kLastInterval));
}

// Returns whether all pending input was passed on.
bool InputForward::hand_on() {
  if (pending_.empty()) return true;
  const auto written = terminal_.write(pending_);
  if (!written) return finish(), false;
  pending_.erase(0, *written);
  if (pending_.empty()) return true;
  terminal_.when_writable([this] {
    if (hand_on()) proceed();
  });
  return false;
}

void InputForward::finish() {
  finished_ = true;
  pending_.clear();
  if (watch_) watch_->pause();
  look_.set({});
}

}  // namespace oversee::run
