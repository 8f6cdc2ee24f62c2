// Standard input that can be read but once, given to each attempt from its start: kept on a disk while it is handed on.
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

// The command gets a pipe of ours. What it does not take is not read from the source either, but for a pipe's worth.
class InputReplay {
 public:
  // The source stays the caller's, and its description as it is. Past so many bytes the input is handed on and no
  // longer kept.
  InputReplay(uv::Loop& loop, int source, std::unique_ptr<model::Scratch> scratch, std::uint64_t most);

  // A new attempt's standard input, from the first byte on; the descriptor stays ours until close().
  model::Result<int> open();
  void close();

  // Whether all that has been read is still there.
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
  std::string pending_;  // read, and not yet handed on
  std::uint64_t kept_ = 0;
  std::uint64_t sent_ = 0;  // to this attempt, of what is kept
  bool source_ended_ = false;
  bool lost_ = false;
};

}  // namespace oversee::run
