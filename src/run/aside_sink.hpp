// Writes to a file by a process beside this one: a disk that stalls stalls that process, and neither a deadline nor our
// end.
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

// Hands all that is written to another sink, whose write() is called in that process alone, and in order. The process
// is started by the first write; where there can be none, the sink is written to directly. What is on its way when this
// process is killed is still written.
class AsideSink final : public model::ByteSink {
 public:
  // The sink outlives this. The descriptors, asked for when the process is started, are all that its write() uses.
  AsideSink(uv::Loop& loop, model::ByteSink& sink, std::function<std::vector<int>()> descriptors);
  // Ends the process, where that does not hang: otherwise this process must end by _exit(2).
  ~AsideSink() override;

  // For a file that is written through its sink; null where its file system cannot hang.
  static std::unique_ptr<AsideSink> over(uv::Loop& loop, model::ByteSink& sink, int fd);

  bool write(std::string_view bytes) override;
  // Where it is not, on_ready is called once all is written.
  bool idle() const override;

  // Bytes since the start: given to this, and written.
  std::uint64_t taken() const { return taken_; }
  std::uint64_t written() const;

  // Waits, without the loop, until all is written; gives up when nothing was for so long. Returns how many bytes are
  // left.
  std::uint64_t drain(model::Duration patience);

  // Whether the last wait for the process was in vain.
  bool stuck() const;
  // Whether the process was killed.
  bool gone() const;

  // Ends the process, unless it hangs, so that none is left after us. Whatever comes later is done by this process.
  void end();

  // Has something done about the file, by that process and after all that was written; waits for it likewise. False
  // where it is not done: it may still be, and what it refers to must outlive this.
  bool call(std::function<void()> job, model::Duration patience);

  // The same without waiting. One after the other; the process must live until all are done, which call() waits for.
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
  // What both processes use. Never freed where the process hangs.
  std::unique_ptr<Shared> shared_;
  os::SideProcess process_;
  std::optional<uv::PollWatch> news_;
  std::string overflow_;                    // what came after the ring was full
  std::deque<std::function<void()>> jobs_;  // behind the one that the process has
  std::uint64_t taken_ = 0;
  bool full_ = false;    // write() said so, and on_ready is owed
  bool direct_ = false;  // there can be no process, or it has ended
  bool error_told_ = false;
  bool stuck_ = false;                // a wait was in vain: until the process goes on, it is not waited for again
  mutable bool idle_wanted_ = false;  // on_ready is owed once all is written
};

}  // namespace oversee::run
