// Locks on single bytes of an open file that belong to its open file description (OFD locks, fcntl_locking(2)): the
// kernel gives them up when the last descriptor of it is closed, however its processes end. The bytes need not exist.
#pragma once

#include <cstdint>
#include <optional>

namespace oversee::os {

// Locks the byte for this description alone. False with errno set where it cannot: EAGAIN where another has it.
bool lock_byte(int fd, std::int64_t byte);

// Whatever the lock was.
void unlock_byte(int fd, std::int64_t byte);

// Shares the byte with other descriptions that share it: for what can only be opened for reading, such as a directory.
bool share_byte(int fd, std::int64_t byte);

// Whether another description has the byte, locked or shared.
bool is_byte_taken(int fd, std::int64_t byte);

// Waits until no other description has the byte locked; has it read-locked for a moment, which is no lock to
// locked_byte. False where that cannot be waited for.
bool wait_for_byte(int fd, std::int64_t byte);

// A byte from `first` on and before `end` that another description has locked; of several, any.
std::optional<std::int64_t> locked_byte(int fd, std::int64_t first, std::int64_t end);

}  // namespace oversee::os
