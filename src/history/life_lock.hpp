// The lock that a run's supervisor holds for as long as it lives: a proof of life that holds across PID and time
// namespaces, and without /proc. The kernel gives it up however the process ends (os/range_lock.hpp). It is a byte of
// the run directory itself, which the run's id tells: there is no file that could be removed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "history/run_directory.hpp"
#include "history/run_life.hpp"
#include "os/descriptor.hpp"

namespace oversee::history {

class LifeLock {
 public:
  // None where locks do not work there.
  static std::optional<LifeLock> take(const RunDirectory& directory, std::string_view run_id);

  // Of the directory, for the record: a copy of the directory proves nothing.
  std::uint64_t inode() const { return inode_; }

 private:
  LifeLock(os::UniqueFd held, std::uint64_t inode) : held_(std::move(held)), inode_(inode) {}

  os::UniqueFd held_;
  std::uint64_t inode_;
};

// Whether the run's lock is held; `inode` is that of its record, none where the record tells none.
LockSeen look_at_life(const RunDirectory& directory, std::string_view run_id, std::optional<std::uint64_t> inode);

}  // namespace oversee::history
