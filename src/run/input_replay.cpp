// Passes input on and keeps a copy.
#include "run/input_replay.hpp"

#include <unistd.h>

#include <cerrno>
#include <span>
#include <utility>

namespace oversee::run {
namespace {

// A pipe's capacity.
constexpr std::size_t kReplayPiece = 64 * 1024;

}  // namespace

InputReplay::InputReplay(uv::Loop& loop, int source, std::unique_ptr<model::Scratch> scratch, std::uint64_t most)
    : loop_(loop),
      source_(source),
      scratch_(std::move(scratch)),
      most_(most),
      readiness_(os::Readiness::of(source)),
      lost_(!scratch_) {}

model::Result<int> InputReplay::open() {
  auto pipe = os::make_pipe();
  if (!pipe) return std::unexpected(pipe.error());
  reader_ = std::move(pipe->reader);
  writer_ = std::move(pipe->writer);
  sent_ = 0;
  pending_.clear();
  // The watch makes this end non-blocking; the other end is a different open file description.
  writer_watch_ = std::make_unique<uv::PollWatch>(
      loop_, writer_.get(), [this] { pump(); }, uv::Direction::writable);
  return reader_.get();
}

void InputReplay::close() {
  finish();
  writer_watch_.reset();
  reader_.reset();
}

// Writes until the pipe is full.
void InputReplay::pump() {
  while (writer_) {
    if (pending_.empty() && !refill()) return;
    const ssize_t written = ::write(writer_.get(), pending_.data(), pending_.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) return writer_watch_->resume();
    if (written < 0) return finish();  // the reader is gone
    pending_.erase(0, static_cast<std::size_t>(written));
  }
}

// Returns false if there is no input now, or no more at all.
bool InputReplay::refill() {
  if (sent_ < kept_) {
    pending_.resize(kReplayPiece);
    pending_.resize(scratch_->read(sent_, std::span(pending_)));
    sent_ += pending_.size();
    if (!pending_.empty()) return true;
    lost_ = true;
    finish();
  } else if (source_ended_) {
    finish();
  } else {
    wait_for_source();
  }
  return false;
}

void InputReplay::wait_for_source() {
  writer_watch_->pause();
  if (!readiness_) return take();
  if (!source_watch_) {
    source_watch_ = std::make_unique<uv::PollWatch>(loop_, readiness_->fd(), [this] { take(); });
  } else {
    source_watch_->resume();
  }
}

void InputReplay::take() {
  if (readiness_ && !os::readable_now(source_)) return;  // another reader took the input
  pending_.resize(kReplayPiece);
  const ssize_t count = ::read(source_, pending_.data(), pending_.size());
  pending_.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  source_ended_ = count <= 0;
  if (!lost_ && !pending_.empty()) {
    lost_ = kept_ + pending_.size() > most_ || !scratch_->append(pending_);
    if (lost_) scratch_->clear();
    kept_ = lost_ ? 0 : kept_ + pending_.size();
    sent_ = kept_;
  }
  if (source_watch_) source_watch_->pause();
  pump();
}

void InputReplay::finish() {
  if (writer_watch_) writer_watch_->pause();  // not destroyed: its callback may be running
  if (source_watch_) source_watch_->pause();
  writer_.reset();
}

}  // namespace oversee::run
