// The command's stdout and stderr at both ends: makes the command's descriptors, and reads, throttles and closes ours.
// Does not interpret the bytes.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "model/event.hpp"
#include "model/failure.hpp"
#include "os/descriptor.hpp"
#include "os/open_files.hpp"
#include "os/pseudo_terminal.hpp"
#include "uv/byte_reader.hpp"
#include "uv/loop.hpp"
#include "uv/terminal_stream.hpp"

namespace oversee::run {

class CommandOutput {
 public:
  struct Callbacks {
    std::function<void(model::Stream, std::string_view)> on_bytes;
    std::function<void(model::Stream, int error)> on_end;  // errno; 0: the stream ended or was abandoned
    std::function<void(bool held)> on_held;                // whether a stream is throttled because its reader is slow
  };

  CommandOutput(uv::Loop& loop, Callbacks callbacks) : loop_(loop), callbacks_(std::move(callbacks)) {}

  // Sets what the command gets as each stream: a new pipe, the caller's descriptor, or a terminal as both. Reads
  // nothing yet.
  model::Result<void> use_pipe(model::Stream stream);
  model::Result<void> pass_on(model::Stream stream, int callers);
  model::Result<void> use_terminal(os::PseudoTerminal pair);

  // The descriptors that the guard inherits. Close them afterwards: a stream cannot end while we hold its write end.
  int command_end(model::Stream stream) const { return at(stream).command_end.get(); }
  void close_command_ends();

  // Starts to read all streams that are not paused.
  void start();

  void pause(model::Stream stream);
  void resume(model::Stream stream);
  // Closes our end, and the stream counts as ended: the command gets a broken pipe, as it would without us.
  void abandon(model::Stream stream);

  // Identifies the processes that hold the stream open: by our pipe, or by the caller's descriptor if that is a pipe or
  // a socket. Empty once our end is closed, and for a terminal, which the guard identifies.
  os::FileIdentity identity(model::Stream stream) const;

  // Whether a stream has unread bytes.
  bool waits() const;

  // The tree has no writer any more, so throttling is useless: reads the rest into log and queues, which are bounded.
  void read_the_rest();
  // Closes the streams without unread bytes; a stream with unread bytes is only slow.
  void abandon_quiet();
  void close();

  const model::StreamCount& count(model::Stream stream) const { return at(stream).count; }
  // The terminal's master; null if there is none.
  uv::TerminalStream* master() const { return master_; }

 private:
  struct Output {
    os::UniqueFd command_end;
    std::unique_ptr<uv::ByteReader> reader;
    int callers = -1;  // the caller's descriptor that is passed on; -1: none
    bool paused = false;
    std::size_t rest = 0;  // bytes read after read_the_rest()
    model::StreamCount count;
  };

  const Output& at(model::Stream stream) const { return outputs_[model::index(stream)]; }
  Output& at(model::Stream stream) { return outputs_[model::index(stream)]; }
  std::span<char> buffer();
  uv::ByteReader::Callbacks reader_callbacks(model::Stream stream);
  void read(model::Stream stream, std::string_view bytes);
  void held_or_freed();

  uv::Loop& loop_;
  Callbacks callbacks_;
  std::unique_ptr<char[]> buffer_;
  std::array<Output, model::kStreams> outputs_;
  uv::TerminalStream* master_ = nullptr;  // the reader of `out`
  bool held_ = false;
  bool rest_only_ = false;
};

}  // namespace oversee::run
