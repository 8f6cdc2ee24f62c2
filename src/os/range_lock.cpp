// Open file description locks (fcntl_locking(2)).
#include "os/range_lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace oversee::os {
namespace {

struct flock range(short type, std::int64_t first, std::int64_t length) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = first;
  lock.l_len = length;
  return lock;
}

}  // namespace

bool lock_byte(int fd, std::int64_t byte) {
  struct flock lock = range(F_WRLCK, byte, 1);
  return ::fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

bool share_byte(int fd, std::int64_t byte) {
  struct flock lock = range(F_RDLCK, byte, 1);
  return ::fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

// Queries with a write lock, which needs no descriptor that can write.
bool is_byte_taken(int fd, std::int64_t byte) {
  struct flock lock = range(F_WRLCK, byte, 1);
  return ::fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

void unlock_byte(int fd, std::int64_t byte) {
  struct flock lock = range(F_UNLCK, byte, 1);
  (void)::fcntl(fd, F_OFD_SETLK, &lock);
}

bool wait_for_byte(int fd, std::int64_t byte) {
  struct flock lock = range(F_RDLCK, byte, 1);
  while (::fcntl(fd, F_OFD_SETLKW, &lock) != 0) {
    if (errno != EINTR) return false;
  }
  unlock_byte(fd, byte);
  return true;
}

// Queries with a read lock, so that the momentary read lock of wait_for_byte() does not count.
std::optional<std::int64_t> locked_byte(int fd, std::int64_t first, std::int64_t end) {
  if (first >= end) return {};
  struct flock lock = range(F_RDLCK, first, end - first);
  if (::fcntl(fd, F_OFD_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return {};
  return lock.l_start;
}

}  // namespace oversee::os
