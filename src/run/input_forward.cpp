// Reads input, writes it to the terminal, and ends it there as a person would.
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

// What a terminal holds of lines that nobody has read yet. Of a line that is not complete it drops what is longer.
constexpr std::size_t kPiece = 4096;
constexpr std::size_t kLongestLine = 4000;

// Readers are looked for at intervals that grow from the first of these to the last.
constexpr auto kFirstInterval = 1ms;
constexpr auto kLastInterval = 200ms;

// A look at a large tree takes long: the interval behind it is at least so many times that.
constexpr int kTimesLook = 20;

// A reader takes a line, deals with it and waits for the next within microseconds: so long it is looked for at once.
constexpr auto kLongestSpin = 2ms;

// After so many lines a reader is one that takes all there is.
constexpr int kManyLines = 64;

// Soon after a prompt somebody waits.
constexpr auto kAfterOutput = 10ms;

// Where it is not known whether a process waits to read, one counts as waiting after this time.
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
  if (!os::readable_now(input_)) return wait_for_input();  // somebody else was quicker
  pending_.resize(kPiece);
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

// Line by line for as long as the reader is quick.
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

// What was typed ahead and has been read is taken from the input; what was not stays there.
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
  // The terminal would drop what comes behind this: the reader gets the beginning of the line now.
  in_line_ = 0;
  const auto modes = os::TerminalModes::of(terminal_.fd());
  if (modes && modes->by_line()) pending_ += modes->end_of_input(true);
}

// A program that takes single keys gets the key for it, once.
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
  if (os::readable_now(slave.get())) return false;  // what was typed before is still there
  os::take_shared(input_, std::exchange(ahead_, 0));
  if (!model::works(model::Mechanism::input_is_awaited)) return true;
  const auto before = os::read_clock().instant;
  os::Waiting waiting = readers_->look();
  const auto now = os::read_clock().instant;
  interval_ = std::max<model::Duration>(interval_, kTimesLook * (now - before));
  if (waiting == os::Waiting::no) {
    // A program that takes single keys may look for them without ever waiting.
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

// Whether all of it is handed on.
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
