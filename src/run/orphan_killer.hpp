// Kills the processes that a dead guard left to this process, without blocking the loop.
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

// Kills all descendants of this process, except the other guards of its loop and their trees.
class OrphanKiller {
 public:
  struct Callbacks {
    std::function<void()> on_progress = {};  // a process died, or a new one was found
    std::function<void()> on_empty = {};     // no process is left; the last callback
    std::function<void()> on_given_up = {};  // model::KillPatience is over; if unset, the owner bounds the kill
  };

  // Begins at once. Kills the guard, too, if it still exists.
  OrphanKiller(uv::Loop& loop, std::optional<pid_t> guard, Callbacks callbacks);

  // Stops without a further callback. May be called from a callback.
  void stop();
  bool over() const { return over_; }

  struct Left {
    std::vector<model::Survivor> processes;  // at most guard::kMostNames
    std::uint64_t more = 0;                  // the number of further processes, not named
    std::uint32_t dying = 0;                 // processes that only need a processor to die
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
