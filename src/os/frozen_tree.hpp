// Kills the stopped processes if the killer dies between STOP and KILL.
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <memory>

#include "os/descriptor.hpp"
#include "os/side_process.hpp"

namespace oversee::os {

// A kill first stops every process and then kills them all. If the killer itself is killed between the two, the tree
// would stay stopped for ever. A side process waits for that and sends KILL to the stopped processes. A stopped process
// does not exit by itself, so its pid is not reused meanwhile.
class FrozenTree {
 public:
  FrozenTree() = default;
  FrozenTree(const FrozenTree&) = delete;
  FrozenTree& operator=(const FrozenTree&) = delete;
  // Ends the side process.
  ~FrozenTree();

  // Call before the first STOP: starts the side process unless it runs. If it cannot be started, the kill continues
  // without it.
  void watch();
  // Call before the STOP of a process, or of a process group if negative.
  void stops(pid_t target);
  // Call after the KILL of all of them.
  void all_killed();

 private:
  // Further processes are not recorded. A round with this many takes a second, and the killer's death is a danger only
  // in its last moment.
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
