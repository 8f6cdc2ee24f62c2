// Kills what a kill has stopped if the killer dies in between.
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <memory>

#include "os/descriptor.hpp"
#include "os/side_process.hpp"

namespace oversee::os {

// A kill first stops every process and then kills them all. If the killer itself is killed between the two, the tree
// would stay stopped for ever. A side process waits for that and sends KILL to what was stopped. A stopped process does
// not exit by itself, so its pid is not reused meanwhile.
class FrozenTree {
 public:
  FrozenTree() = default;
  FrozenTree(const FrozenTree&) = delete;
  FrozenTree& operator=(const FrozenTree&) = delete;
  // Ends the side process.
  ~FrozenTree();

  // Before the first STOP: starts the side process, if there is none yet. Without one the list is of no use, and the
  // kill goes on as well.
  void watch();
  // Before the STOP of a process; of a process group if negative.
  void stops(pid_t target);
  // After the KILL of all of them.
  void all_killed();

 private:
  // More are not remembered: a round of so many takes a second, of which a kill meets the last moment only.
  static constexpr std::size_t kMost = 16'384;

  struct Shared {
    std::array<std::atomic<pid_t>, kMost> targets;
    std::atomic<std::size_t> count = 0;
    std::atomic<bool> quit = false;
    UniqueFd wake_up;
  };

  static void wait_and_kill(Shared& shared);

  std::unique_ptr<Shared> shared_;
  SideProcess process_;
};

}  // namespace oversee::os
