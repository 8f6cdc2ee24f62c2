// Writes to a file in a side process, so that a stalled disk delays neither deadlines nor the end of this process.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/byte_sink.hpp"
#include "model/duration.hpp"
#include "os/descriptor.hpp"
#include "os/side_process.hpp"
#include "uv/loop.hpp"
#include "uv/poll_watch.hpp"

namespace oversee::run {

// Passes all bytes to another sink, whose write() is called only in the side process, in order. The first write starts
// the process; if it cannot be started, writes go to the sink directly. If this process is killed, the side process
// still writes the pending bytes.
class AsideSink final : public model::ByteSink {
 public:
  // The sink must outlive this object. `descriptors` is called when the process starts, and returns all descriptors
  // that the sink's write() uses.
  AsideSink(uv::Loop& loop, model::ByteSink& sink, std::function<std::vector<int>()> descriptors);
  // Ends the side process unless it hangs. If it hangs, this process must end by _exit(2).
  ~AsideSink() override;

  // For a file written through its sink; null if its file system cannot hang.
  static std::unique_ptr<AsideSink> over(uv::Loop& loop, model::ByteSink& sink, int fd);

  bool write(std::string_view bytes) override;
  // If false, on_ready follows once everything is written.
  bool idle() const override;

  // Bytes since the start: accepted by this sink, and written.
  std::uint64_t taken() const { return taken_; }
  std::uint64_t written() const;

  // Waits, without running the loop, until everything is written; gives up after this time without progress. Returns
  // the number of unwritten bytes.
  std::uint64_t drain(model::Duration patience);

  // Whether the last wait for the process was in vain.
  bool stuck() const;
  // Whether the process was killed.
  bool gone() const;

  // Ends the side process unless it hangs, so that none remains after us. Later work is done in this process.
  void end();

  // Runs a job in the side process after all earlier writes, and waits for it in the same way. False if it was not done
  // within this time: it may still run, so the objects that it refers to must outlive this object.
  bool call(std::function<void()> job, model::Duration patience);

  // Posts a job without waiting. Jobs run one after the other. The process must live until all are done: call() waits
  // for that.
  void post(std::function<void()> job);

 private:
  struct Shared;

  bool ready();
  bool start();
  void work(Shared& shared) noexcept;
  void refill();
  bool ask_for_news();
  void next_jobs();
  void wake();
  void notified();
  std::uint64_t left() const;

  uv::Loop& loop_;
  model::ByteSink& sink_;
  std::function<std::vector<int>()> descriptors_;
  // Shared with the side process. Never freed if that process hangs.
  std::unique_ptr<Shared> shared_;
  os::SideProcess process_;
  std::optional<uv::PollWatch> news_;
  std::string overflow_;                    // bytes that arrived while the ring was full
  std::deque<std::function<void()>> jobs_;  // jobs that wait behind the process's present one
  std::uint64_t taken_ = 0;
  bool full_ = false;    // write() returned false; on_ready must follow
  bool direct_ = false;  // the process could not be started or has ended
  bool error_told_ = false;
  bool stuck_ = false;                // a wait timed out: no further wait until the process makes progress
  mutable bool idle_wanted_ = false;  // on_ready must follow once everything is written
};

}  // namespace oversee::run
