// Kills what a dead guard left to this process, beside all that the loop does otherwise.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <vector>

#include "model/kill_patience.hpp"
#include "model/outcome.hpp"
#include "os/process_tree.hpp"
#include "uv/loop.hpp"
#include "uv/timer.hpp"

namespace oversee::run {

// Whatever is below this process, but for the other guards of its loop and what they hold.
class OrphanKiller {
 public:
  struct Callbacks {
    std::function<void()> on_progress = {};  // a process has died, or was found
    std::function<void()> on_empty = {};     // nothing is left; the last call
    std::function<void()> on_given_up = {};  // model::KillPatience is over; unset: another bounds it
  };

  // Begins at once. The guard may still be there: then it is killed, too.
  OrphanKiller(uv::Loop& loop, std::optional<pid_t> guard, Callbacks callbacks);

  // Without a further call. It may be what called that leads to this.
  void stop();
  bool over() const { return over_; }

  struct Left {
    std::vector<model::Survivor> processes;  // the first of them
    std::uint64_t more = 0;                  // that are not named
    std::uint32_t dying = 0;                 // wait for a processor to die
  };
  Left left() const;

 private:
  void round();

  uv::Loop& loop_;
  std::optional<pid_t> guard_;
  Callbacks callbacks_;
  os::OrphanKill kill_;
  model::Duration pause_;
  model::KillPatience patience_;
  bool over_ = false;
  uv::Timer timer_;
};

}  // namespace oversee::run
