// Opens, reads and closes the command's streams.
#include "run/command_output.hpp"

#include <utility>

#include "model/mechanism.hpp"
#include "uv/pipe_reader.hpp"

namespace oversee::run {
namespace {

using model::Mechanism;
using model::works;

// One buffer for both streams: a chunk is handled before the next is read. Large enough to empty a pipe of 1 MiB in a
// few reads; untouched pages cost no memory.
constexpr std::size_t kOutputBuffer = 256 * 1024;

// The maximum left in a pipe when all writers in the tree are gone: its capacity.
constexpr std::size_t kLargestRest = 1024 * 1024;

constexpr std::array kBothStreams{model::Stream::out, model::Stream::err};

}  // namespace

model::Result<void> CommandOutput::use_pipe(model::Stream stream) {
  auto pipe = os::make_pipe();
  if (!pipe) return std::unexpected(pipe.error());
  Output& output = at(stream);
  output.count.counted = true;
  output.command_end = std::move(pipe->writer);
  output.reader = std::make_unique<uv::PipeReader>(loop_, pipe->reader.release(), buffer(), reader_callbacks(stream));
  return {};
}

model::Result<void> CommandOutput::pass_on(model::Stream stream, int callers) {
  auto copy = os::duplicate(callers);
  if (!copy) return std::unexpected(copy.error());
  at(stream).command_end = std::move(*copy);
  at(stream).callers = callers;
  return {};
}

// Output to either descriptor is one stream.
model::Result<void> CommandOutput::use_terminal(os::PseudoTerminal pair) {
  auto copy = os::duplicate(pair.slave.get());
  if (!copy) return std::unexpected(copy.error());
  Output& out = at(model::Stream::out);
  out.command_end = std::move(pair.slave);
  at(model::Stream::err).command_end = std::move(*copy);
  out.count.counted = true;
  auto master = std::make_unique<uv::TerminalStream>(loop_, pair.master.release(), buffer(),
                                                     reader_callbacks(model::Stream::out));
  master_ = master.get();
  out.reader = std::move(master);
  return {};
}

void CommandOutput::close_command_ends() {
  for (Output& output : outputs_) output.command_end.reset();
}

std::span<char> CommandOutput::buffer() {
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(kOutputBuffer);
  return {buffer_.get(), kOutputBuffer};
}

uv::ByteReader::Callbacks CommandOutput::reader_callbacks(model::Stream stream) {
  return {[this, stream](std::string_view bytes) { read(stream, bytes); },
          [this, stream](int error) { callbacks_.on_end(stream, error); }};
}

void CommandOutput::start() {
  for (Output& output : outputs_) {
    if (output.reader && !output.paused) output.reader->start();
  }
}

void CommandOutput::pause(model::Stream stream) {
  if (rest_only_) return;
  Output& output = at(stream);
  output.paused = true;
  if (output.reader) output.reader->pause();
  held_or_freed();
}

void CommandOutput::resume(model::Stream stream) {
  Output& output = at(stream);
  if (!std::exchange(output.paused, false)) return;
  if (output.reader && output.reader->open()) output.reader->start();
  held_or_freed();
}

void CommandOutput::held_or_freed() {
  const bool held = outputs_[0].paused || outputs_[1].paused;
  if (held != std::exchange(held_, held) && works(Mechanism::idle_stands_still)) callbacks_.on_held(held);
}

void CommandOutput::abandon(model::Stream stream) {
  Output& output = at(stream);
  if (!output.reader || !output.reader->open()) return;
  output.reader->close();
  callbacks_.on_end(stream, 0);
}

void CommandOutput::read(model::Stream stream, std::string_view bytes) {
  Output& output = at(stream);
  output.count.bytes += bytes.size();
  if (rest_only_) output.rest += bytes.size();
  callbacks_.on_bytes(stream, bytes);
  if (output.rest > kLargestRest) abandon(stream);  // a process outside the tree still writes to it
}

os::FileIdentity CommandOutput::identity(model::Stream stream) const {
  const Output& output = at(stream);
  if (output.reader) return output.reader->open() ? os::identify(output.reader->fd()) : os::FileIdentity{};
  const bool passed_on = output.callers >= 0 && os::is_channel(output.callers);
  return passed_on ? os::identify(output.callers) : os::FileIdentity{};
}

bool CommandOutput::waits() const {
  if (!works(Mechanism::look_before_idle)) return false;
  for (const Output& output : outputs_) {
    if (output.reader && output.reader->open() && os::readable_bytes(output.reader->fd()) > 0) return true;
  }
  return false;
}

void CommandOutput::read_the_rest() {
  rest_only_ = true;
  for (const model::Stream stream : kBothStreams) resume(stream);
}

void CommandOutput::abandon_quiet() {
  for (const model::Stream stream : kBothStreams) {
    const Output& output = at(stream);
    if (!output.reader || !output.reader->open()) continue;
    if (os::readable_bytes(output.reader->fd()) == 0) abandon(stream);
  }
}

void CommandOutput::close() {
  for (Output& output : outputs_) {
    if (output.reader) output.reader->close();
  }
}

}  // namespace oversee::run
