// The command's standard input, attempt by attempt: the first attempt reads the caller's own input, and no part of
// oversee reads from it. A retry reads a file from the offset at which the first attempt began; a pipe or a socket only
// if it is kept, or if no attempt has read from it.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "model/failure.hpp"
#include "model/run_spec.hpp"
#include "model/scratch.hpp"
#include "os/descriptor.hpp"
#include "os/read_watch.hpp"
#include "os/signals.hpp"
#include "run/input_replay.hpp"
#include "uv/loop.hpp"

namespace oversee::run {

class CommandInput {
 public:
  // Makes the file that keeps input which can be read only once; null: it is not kept.
  using MakeScratch = std::function<std::unique_ptr<model::Scratch>()>;

  // The spec must outlive this object.
  CommandInput(uv::Loop& loop, const model::RunSpec& spec) : loop_(loop), spec_(spec) {}

  // Opens a file of --stdin within the run's limits: its file system may not respond, and opening a FIFO waits for a
  // writer. Without a limit, oversee waits as a shell does. `signals` are those of oversee's caller.
  model::Result<void> open(const MakeScratch& make_scratch, const os::SignalState& signals);

  // Returns the standard input of the next attempt; this object owns the descriptor. `again` is set for a retry.
  model::Result<int> next(bool again);
  void attempt_ended();

  // Whether a retry would get less than the first attempt got: because a process has read from the pipe or socket, or
  // because more came than is kept.
  bool was_read() { return read_watch_ && read_watch_->may_have_been_read(); }
  bool is_lost() const { return replay_ && !replay_->kept(); }

 private:
  model::Result<void> open_now(const MakeScratch& make_scratch);
  int descriptor() const { return own_ ? own_.get() : STDIN_FILENO; }

  uv::Loop& loop_;
  const model::RunSpec& spec_;
  os::UniqueFd own_;  // none: the caller's standard input
  std::optional<InputReplay> replay_;
  std::optional<os::ReadWatch> read_watch_;  // watches a pipe or socket that is not kept for retries
  std::optional<std::int64_t> start_;        // the start offset in a file
};

}  // namespace oversee::run
