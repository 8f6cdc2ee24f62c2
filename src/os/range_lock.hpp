// Locks on single bytes of a file. They belong to the open file description (OFD locks, fcntl_locking(2)): the kernel
// releases them when its last descriptor is closed, however the processes end. The bytes need not exist.
#pragma once

#include <cstdint>
#include <optional>

namespace oversee::os {

// Locks the byte exclusively. False with errno set on failure; EAGAIN: another description holds it.
bool lock_byte(int fd, std::int64_t byte);

// Releases the byte, whether locked or shared.
void unlock_byte(int fd, std::int64_t byte);

// Takes a shared lock: for files that can only be opened for reading, such as directories.
bool share_byte(int fd, std::int64_t byte);

// Whether another description holds the byte, exclusively or shared.
bool is_byte_taken(int fd, std::int64_t byte);

// Waits until no other description holds the byte exclusively. Takes a read lock for a moment, which locked_byte()
// ignores. False if waiting fails.
bool wait_for_byte(int fd, std::int64_t byte);

// Returns any byte in [first, end) that another description holds exclusively.
std::optional<std::int64_t> locked_byte(int fd, std::int64_t first, std::int64_t end);

}  // namespace oversee::os
