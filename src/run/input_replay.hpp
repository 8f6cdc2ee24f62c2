// Standard input that can be read only once, given to each attempt from its beginning: a copy on disk is kept while it
// is passed on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "model/failure.hpp"
#include "model/scratch.hpp"
#include "os/descriptor.hpp"
#include "os/readiness.hpp"
#include "uv/loop.hpp"
#include "uv/poll_watch.hpp"

namespace oversee::run {

// The command reads from our pipe. Input that the command does not read is not taken from the source, except a pipe's
// capacity.
class InputReplay {
 public:
  // `source` remains the caller's, with unchanged flags. Beyond `most` bytes the input is passed on but no longer kept.
  InputReplay(uv::Loop& loop, int source, std::unique_ptr<model::Scratch> scratch, std::uint64_t most);

  // Returns standard input for a new attempt, from the first byte; this object owns the descriptor until close().
  model::Result<int> open();
  void close();

  // Whether all input read so far is still kept.
  bool kept() const { return !lost_; }

  static constexpr std::uint64_t kMost = 64 * 1024 * 1024;

 private:
  void pump();
  void take();
  bool refill();
  void wait_for_source();
  void finish();

  uv::Loop& loop_;
  const int source_;
  std::unique_ptr<model::Scratch> scratch_;
  const std::uint64_t most_;
  std::optional<os::Readiness> readiness_;
  std::unique_ptr<uv::PollWatch> source_watch_;
  std::unique_ptr<uv::PollWatch> writer_watch_;
  os::UniqueFd reader_;  // the command's end
  os::UniqueFd writer_;
  std::string pending_;  // read, but not yet passed on
  std::uint64_t kept_ = 0;
  std::uint64_t sent_ = 0;  // bytes of the copy sent to this attempt
  bool source_ended_ = false;
  bool lost_ = false;
};

}  // namespace oversee::run
