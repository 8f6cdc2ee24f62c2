// The lock that a run's supervisor holds while it lives. It proves life across PID and time namespaces and without
// /proc. The kernel releases it however the process ends (os/range_lock.hpp). It locks a byte of the run directory
// itself, derived from the run's id, so no file can be removed from under it.
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
  // Empty if locks do not work there.
  static std::optional<LifeLock> take(const RunDirectory& directory, std::string_view run_id);

  // The inode of the directory, for the record: in a copy of the directory the lock proves nothing.
  std::uint64_t inode() const { return inode_; }

 private:
  LifeLock(os::UniqueFd held, std::uint64_t inode) : held_(std::move(held)), inode_(inode) {}

  os::UniqueFd held_;
  std::uint64_t inode_;
};

// Whether the run's lock is held; `inode` comes from its record, and is empty if the record has none.
LockSeen look_at_life(const RunDirectory& directory, std::string_view run_id, std::optional<std::uint64_t> inode);

}  // namespace oversee::history
