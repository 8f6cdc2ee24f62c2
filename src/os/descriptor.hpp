// File descriptors: ownership, pipes, complete writes. Descriptors created here are CLOEXEC unless stated otherwise.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "model/duration.hpp"
#include "model/failure.hpp"

namespace oversee::os {

// Owns one descriptor, or none (-1).
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

struct Pipe {
  UniqueFd reader;
  UniqueFd writer;
};

// Opens /dev/null. If it cannot be opened (a chroot without /dev), opens a stand-in that fails every read and write
// with EBADF, like a closed descriptor, but occupies the number. Async-signal-safe. The flags are open(2)'s.
int open_nothing(int flags) noexcept;

// Whether the descriptor is a stand-in of open_nothing().
bool is_stand_in(int fd);

// An input at end of file: /dev/null, or the read end of a pipe without a writer.
UniqueFd open_empty_input();

// Opens /dev/null on each closed descriptor of 0 to 2, so that no later file gets one of these numbers.
void open_closed_standard_streams();

model::Result<Pipe> make_pipe();

// A connected pair of stream sockets.
model::Result<std::array<UniqueFd, 2>> make_socket_pair();

// Duplicates the descriptor to a number of at least 3; with `aside`, of at least 100 if possible, away from the numbers
// that a caller names.
model::Result<UniqueFd> duplicate(int fd, bool aside = false);

// Sets whether the descriptor stays open across exec.
void keep_over_exec(int fd, bool keep);

// Writes everything, retrying after short writes and EINTR; false with errno set if that fails.
bool write_fully(int fd, std::string_view bytes);

// The same, but waits for room if the description is non-blocking, which another process may have set.
bool write_patiently(int fd, std::string_view bytes);

// The same, but fails with ETIMEDOUT after `patience` without room.
bool write_in_time(int fd, std::string_view bytes, model::Duration patience);

// Closes the file; false with errno set if the written data was not stored (close(2)).
bool close_checked(UniqueFd file);

// Whether the descriptor becomes writable within the bound. Only polls; changes no flag.
bool wait_writable(int fd, model::Duration bound);

// Whether a write can block on another process: yes for a terminal, pipe or socket; no for a regular file or /dev/null.
bool can_block(int fd);

// Whether it is a pipe or a socket, which has another process at its other end.
bool is_channel(int fd);

// Whether both descriptors refer to the same file: the same terminal, pipe or file.
bool same_file(int one, int other);

// The number of bytes that a pipe holds for reading.
std::size_t readable_bytes(int fd);

// Reads a whole small file, such as those in /proc.
model::Result<std::string> read_file(const std::string& path);

// Reads the rest of an open file; the path appears in the failure only.
model::Result<std::string> read_all(int fd, const std::string& path);

}  // namespace oversee::os
