// The command's stdout and stderr at both ends: what it is handed, and how we read, hold back and close it. What
// becomes of the bytes is not known here.
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
    std::function<void(model::Stream, int error)> on_end;  // 0 where it has ended or was abandoned, else an errno
    std::function<void(bool held)> on_held;                // some of it is held back by who shows it, or none any more
  };

  CommandOutput(uv::Loop& loop, Callbacks callbacks) : loop_(loop), callbacks_(std::move(callbacks)) {}

  // What the command gets as each stream: a pipe of ours, the caller's own, or a terminal as both. Nothing is read yet.
  model::Result<void> use_pipe(model::Stream stream);
  model::Result<void> pass_on(model::Stream stream, int callers);
  model::Result<void> use_terminal(os::PseudoTerminal pair);

  // For the command's guard to inherit, and not kept after that: with one of ours open no stream ever ends.
  int command_end(model::Stream stream) const { return at(stream).command_end.get(); }
  void close_command_ends();

  // Reading begins, but for what is held back.
  void start();

  void pause(model::Stream stream);
  void resume(model::Stream stream);
  // Our end is closed, and the stream counts as ended: the command meets a broken pipe, as it would without us.
  void abandon(model::Stream stream);

  // By which a process is found to hold the stream open: of our pipe, or of the caller's descriptor where that is a
  // pipe or a socket, too. None once our end is closed, and for a terminal, which the guard knows.
  os::FileIdentity identity(model::Stream stream) const;

  // Whether something waits unread.
  bool waits() const;

  // Nobody is left to write: a slow reader of ours needs no patience of the command's any more, and what is left is
  // read into log and queues, where it is bounded.
  void read_the_rest();
  // Those in which nothing waits; a stream in which something does is only slow, and its bytes are still to come.
  void abandon_quiet();
  void close();

  const model::StreamCount& count(model::Stream stream) const { return at(stream).count; }
  // Of the terminal, where there is one.
  uv::TerminalStream* master() const { return master_; }

 private:
  struct Output {
    os::UniqueFd command_end;
    std::unique_ptr<uv::ByteReader> reader;
    int callers = -1;  // where it is passed on
    bool paused = false;
    std::size_t rest = 0;  // bytes read since nobody is left to write
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
