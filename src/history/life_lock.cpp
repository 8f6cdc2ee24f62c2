// Takes and tests the lock.
#include "history/life_lock.hpp"

#include <sys/stat.h>

#include "model/mechanism.hpp"
#include "os/range_lock.hpp"

namespace oversee::history {
namespace {

// FNV-1a, shortened to the range of lock offsets: distinct runs of one directory practically never collide.
std::int64_t byte_of(std::string_view run_id) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : run_id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return static_cast<std::int64_t>(hash >> 2);
}

// Masked to a number that JSON can hold.
std::optional<std::uint64_t> inode_of(int file) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return {};
  return status.st_ino & static_cast<std::uint64_t>(INT64_MAX);
}

}  // namespace

std::optional<LifeLock> LifeLock::take(const RunDirectory& directory, std::string_view run_id) {
  if (!model::works(model::Mechanism::life_lock)) return {};
  auto held = directory.reopen();
  if (!held || !os::share_byte(held->get(), byte_of(run_id))) return {};
  const auto inode = inode_of(held->get());
  if (!inode) return {};
  return LifeLock(std::move(*held), *inode);
}

LockSeen look_at_life(const RunDirectory& directory, std::string_view run_id, std::optional<std::uint64_t> inode) {
  const auto again = directory.reopen();
  if (!again) return LockSeen::unknown;
  if (os::is_byte_taken(again->get(), byte_of(run_id))) return LockSeen::held;
  return inode && inode_of(again->get()) == inode ? LockSeen::free : LockSeen::unknown;
}

}  // namespace oversee::history
